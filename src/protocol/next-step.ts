import { isConfidential } from './auth-method.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { Client } from './client-metadata.ts'
import { OAuthError } from './error.ts'
import { type GivenConsent, isRemembered, newScopes } from './given-consent.ts'
import { asksFor } from './prompt.ts'
import { parseScope } from './scope.ts'

/** Everything that decides what comes next; nobody is asked twice for what one of these says. */
export interface Standing {
  readonly request: Pick<
    AuthorizationRequest,
    'redirect_uri' | 'scope' | 'resource' | 'authorization_details' | 'prompt' | 'max_age'
  > & {
    /** The session that was made for this request; `null` before there is one. */
    readonly session_id: string | null
  }
  readonly client: Pick<Client, 'token_endpoint_auth_method' | 'first_party'>
  /** Who is signed in; `undefined`: nobody. */
  readonly session: { readonly session_id: string; readonly auth_time: number } | undefined
  /** What this person has allowed this client so far; `undefined`: nothing. */
  readonly consent: GivenConsent | undefined
  /** Epoch seconds. */
  readonly now: number
}

/** What comes next for a person who was sent here. */
export type NextStep =
  | { readonly kind: 'sign_in' }
  | { readonly kind: 'consent'; readonly question: Question }
  | { readonly kind: 'issue' }
  | { readonly kind: 'refuse'; readonly error: OAuthError }

/** What the consent page asks: scopes not allowed before, and beside them those that were. */
export interface Question {
  readonly scopes: readonly string[]
  readonly known: readonly string[]
}

/** OAuth 2.1 section 4.1.1, OpenID Connect Core section 3.1.2.3: sign in, ask, go on, or refuse. */
export const nextStep = (standing: Standing): NextStep => {
  const silent = asksFor(standing.request.prompt, 'none')
  if (mustSignIn(standing)) {
    return silent
      ? refuse('login_required', 'nobody is signed in, or not recently enough')
      : { kind: 'sign_in' }
  }
  if (!mustAsk(standing)) return { kind: 'issue' }
  return silent
    ? refuse('consent_required', 'the person has to be asked')
    : { kind: 'consent', question: questionOf(standing) }
}

const refuse = (error: 'login_required' | 'consent_required', words: string): NextStep => ({
  kind: 'refuse',
  error: new OAuthError(error, words),
})

/**
 * `login` and `select_account` want a sign-in for this very request, `max_age` one that is young enough;
 * the sign-in made for the request is both, or whoever reads a page slowly would be asked for ever.
 */
const mustSignIn = ({ request, session, now }: Standing): boolean => {
  if (session === undefined) return true
  if (session.session_id === request.session_id) return false
  if (asksFor(request.prompt, 'login') || asksFor(request.prompt, 'select_account')) return true
  return request.max_age !== null && (request.max_age === 0 || now - session.auth_time > request.max_age)
}

const mustAsk = ({ request, client, consent }: Standing): boolean => {
  if (asksFor(request.prompt, 'consent') || !maySpare(client, request.redirect_uri)) return true
  return !client.first_party && !isRemembered(consent, request)
}

/**
 * Decision 13: anybody on the device can listen on a loopback port or claim a scheme, so a public client
 * there is never known to be the one that was allowed (RFC 8252 section 8.6).
 */
export const maySpare = (client: Pick<Client, 'token_endpoint_auth_method'>, redirect_uri: string): boolean =>
  isConfidential(client) || /^https:/i.test(redirect_uri)

/** On growth the page shows what is new, and beside it what is not; where nothing is new, all is asked again. */
const questionOf = ({ request, consent }: Standing): Question => {
  const wanted = parseScope(request.scope) ?? []
  const scopes = newScopes(consent, request)
  if (scopes.length === 0) return { scopes: wanted, known: [] }
  return { scopes, known: wanted.filter((token) => !scopes.includes(token)) }
}
