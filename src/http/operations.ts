/** What the endpoints take and give, as far as it cannot be read off their routes: for openapi.ts. */

/** Who asks: a client that says who it is, who holds a token, or a browser by its cookie. */
type Asker = 'client' | 'bearer' | 'browser'

export interface Operation {
  readonly summary: string
  readonly asker?: readonly Asker[]
  readonly query?: readonly string[]
  readonly form?: readonly string[]
  readonly json?: readonly string[]
  /** The media type and the members that are always there, by status; neither where there is no body. */
  readonly answers: Readonly<Record<number, readonly [media: string, ...members: string[]] | readonly []>>
  /** What it refuses with beside {@link ALWAYS}. */
  readonly refusals: readonly number[]
}

/** Any operation: a request that cannot be read, or is too long, and a fault of ours (HTTP-09, HTTP-18). */
export const ALWAYS: readonly number[] = [400, 408, 413, 414, 417, 431, 500, 503]

/** RFC 6749 section 4.1.1 and what extends it. */
const REQUEST = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'response_mode',
  'resource',
  'prompt',
  'login_hint',
  'ui_locales',
  'authorization_details',
  'dpop_jkt',
  'request',
  'request_uri',
]
const CLIENT = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']
const PAGE = ['text/html'] as const
const JSON_TYPE = 'application/json'
const LED_ON = { 200: PAGE, 302: [], 303: [] } as const
const SHOWN = { 200: PAGE } as const
const SHOWN_OR_LED = { 200: PAGE, 303: [] } as const

/** By the method and the name of the route. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET authorize': {
    summary: 'Ask a person for access (RFC 6749 section 4.1.1).',
    asker: ['browser'],
    query: REQUEST,
    answers: LED_ON,
    refusals: [403, 429],
  },
  'POST authorize': {
    summary: 'The same by form.',
    form: REQUEST,
    answers: LED_ON,
    refusals: [403, 429],
  },
  'GET authorization_request': {
    summary: 'The question again, or sign-in.',
    asker: ['browser'],
    answers: LED_ON,
    refusals: [403, 429],
  },
  'POST authorization_request': {
    summary: 'Allow or deny.',
    asker: ['browser'],
    form: ['csrf', 'username', 'decision', 'remember'],
    answers: LED_ON,
    refusals: [403, 429],
  },
  'POST par': {
    summary: 'Push an authorization request (RFC 9126).',
    asker: ['client'],
    form: [...REQUEST, ...CLIENT],
    answers: { 201: [JSON_TYPE, 'request_uri', 'expires_in'] },
    refusals: [401, 403, 429],
  },
  'POST token': {
    summary: 'Get tokens (RFC 6749 section 3.2).',
    asker: ['client'],
    form: [
      'grant_type',
      'code',
      'redirect_uri',
      'code_verifier',
      'refresh_token',
      'scope',
      'resource',
      'authorization_details',
      ...CLIENT,
    ],
    answers: { 200: [JSON_TYPE, 'access_token', 'token_type', 'expires_in'] },
    refusals: [401, 403, 429],
  },
  'POST revoke': {
    summary: 'End a token (RFC 7009).',
    asker: ['client'],
    form: ['token', 'token_type_hint', ...CLIENT],
    answers: { 200: [] },
    refusals: [401, 429],
  },
  'POST introspect': {
    summary: 'What a token stands for (RFC 7662), signed where that is wanted (RFC 9701).',
    asker: ['client', 'bearer'],
    form: ['token', 'token_type_hint', ...CLIENT],
    answers: { 200: [JSON_TYPE, 'active'] },
    refusals: [401, 403, 429],
  },
  'GET verify': {
    summary: 'Whether the request that a proxy holds may go on.',
    asker: ['bearer'],
    query: ['scope', 'any_scope', 'client', 'resource', 'public_url'],
    answers: { 204: [] },
    refusals: [401, 403],
  },
  'GET jwks': {
    summary: 'Public keys (RFC 7517).',
    answers: { 200: ['application/jwk-set+json', 'keys'], 304: [] },
    refusals: [],
  },
  'GET openapi': {
    summary: 'This document.',
    answers: { 200: [JSON_TYPE, 'openapi', 'info', 'paths'], 304: [] },
    refusals: [],
  },
  'GET page_style': {
    summary: 'The style of the pages.',
    answers: { 200: ['text/css'] },
    refusals: [],
  },
  'GET page_logo': { summary: 'The logo of the pages.', answers: { 200: ['image/*'] }, refusals: [404] },
  'GET sign-in': {
    summary: 'The sign-in page.',
    asker: ['browser'],
    query: ['request'],
    answers: SHOWN,
    refusals: [],
  },
  'POST sign-in': {
    summary: 'Sign in.',
    asker: ['browser'],
    form: ['csrf', 'request', 'username', 'password'],
    answers: SHOWN_OR_LED,
    refusals: [401, 403, 429],
  },
  'GET sign-out': {
    summary: 'The sign-out page.',
    asker: ['browser'],
    query: ['request'],
    answers: SHOWN,
    refusals: [],
  },
  'POST sign-out': {
    summary: 'Sign out.',
    asker: ['browser'],
    form: ['csrf', 'request'],
    answers: SHOWN_OR_LED,
    refusals: [403],
  },
  'GET apps': {
    summary: 'Which apps have access, which browsers are signed in.',
    asker: ['browser'],
    answers: SHOWN_OR_LED,
    refusals: [],
  },
  'POST apps_remove': {
    summary: 'Take access back.',
    asker: ['browser'],
    form: ['csrf', 'client_id', 'confirm'],
    answers: SHOWN_OR_LED,
    refusals: [403],
  },
  'POST apps_sign_out': {
    summary: 'Sign a browser out, or all.',
    asker: ['browser'],
    form: ['csrf', 'session_id', 'all'],
    answers: SHOWN_OR_LED,
    refusals: [403],
  },
  'GET interaction': {
    summary: 'What a person is to be asked by the app.',
    asker: ['bearer'],
    query: ['sub'],
    answers: { 200: [JSON_TYPE, 'client', 'scope'] },
    refusals: [401, 403, 404, 410],
  },
  'POST interaction_approve': {
    summary: 'The person allows it, or less of it.',
    asker: ['bearer'],
    json: ['sub', 'scope', 'claims', 'remember', 'auth_time', 'acr', 'amr'],
    answers: { 200: [JSON_TYPE, 'redirect_to'] },
    refusals: [401, 403, 404, 410],
  },
  'POST interaction_deny': {
    summary: 'The person denies it.',
    asker: ['bearer'],
    json: ['error', 'error_description'],
    answers: { 200: [JSON_TYPE, 'redirect_to'] },
    refusals: [401, 403, 404, 410],
  },
  'GET interaction_resume': {
    summary: 'The way back from the app.',
    asker: ['browser'],
    query: ['ticket'],
    answers: { 200: PAGE, 302: [] },
    refusals: [404],
  },
  'GET metadata': {
    summary: 'What this server is and can do (RFC 8414).',
    answers: { 200: [JSON_TYPE, 'issuer', 'response_types_supported'], 304: [] },
    refusals: [],
  },
  'GET healthz': { summary: 'The process answers.', answers: { 200: [JSON_TYPE, 'status'] }, refusals: [] },
  'GET readyz': {
    summary: 'The database takes writes.',
    answers: { 200: [JSON_TYPE, 'status'] },
    refusals: [],
  },
}
