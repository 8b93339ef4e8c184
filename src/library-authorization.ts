import { audited } from './actions/audit.ts'
import { REQUEST_LIFETIME } from './actions/authorization.ts'
import { pushedRequestIsOver, takePushedRequest } from './actions/pushed-request.ts'
import { allow, denial, examined, identified, tellDenied } from './authorizations.ts'
import { readLooseForm } from './http/body.ts'
import { isObject, knownMembers, optionalText, text } from './library-arguments.ts'
import { exchangeOf } from './library-request.ts'
import type { AuthorizationRequest } from './protocol/authorization-request.ts'
import { authorizationResponse, toldByRedirect } from './protocol/authorization-response.ts'
import type { Client } from './protocol/client-metadata.ts'
import { readApproval, readDenial } from './protocol/decision.ts'
import { OAuthError } from './protocol/error.ts'
import { type LooseForm, parseLoosely } from './protocol/loose-form.ts'
import { PUSHED_LIFETIME } from './protocol/pushed-request.ts'
import {
  parametersAgain,
  sourceOf,
  type ValidatedAuthorization,
  validatedAuthorization,
} from './protocol/validated-authorization.ts'
import { type Requested, requestedBy } from './request-sources.ts'
import { isRequest } from './resource/verifier.ts'
import { now, type Server } from './server.ts'
import { findConsent } from './store/consent.ts'
import { holdPushedRequest, type PushedRequest } from './store/pushed-request.ts'
import { listScopes } from './store/scope.ts'
import type { Work } from './store/work.ts'

/** Who allows, as the app knows the person. */
export interface ApprovingPerson {
  /** The same person is always the same `sub`: 1 to 255 printable ASCII characters, never a `client_id`. */
  readonly sub: string
  /** A name to show. */
  readonly username?: string | undefined
  /** When the person signed in: epoch seconds. */
  readonly auth_time?: number | undefined
  readonly acr?: string | undefined
  /** How (RFC 8176). */
  readonly amr?: readonly string[] | undefined
}

/** What of the request is allowed. */
export interface ApprovalChoice {
  /** Less than was asked; all of it when left out. */
  readonly scope?: string | undefined
  /** Extra members of introspection and of `principal.claims`; no name that an RFC has given a meaning. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Whether this client may come for it again without the person being asked. Default false. */
  readonly remember?: boolean | undefined
}

/** What the client is told. */
export interface DenialReason {
  /** `access_denied` by default; `login_required`, `consent_required`, `interaction_required` for `prompt=none`. */
  readonly error?: string | undefined
  /** For the client's developer: printable ASCII without `"` and `\`. */
  readonly error_description?: string | undefined
}

/** A code on its way: send the browser to `redirect_to`. */
export interface ApprovedAuthorization {
  readonly redirect_to: string
  readonly code: string
  readonly state?: string
  /** RFC 9207. */
  readonly iss: string
  /** How long the code lives: seconds. */
  readonly expires_in: number
}

export const validate = async (
  server: Server,
  input: Request | URL | URLSearchParams,
  options: { readonly sub?: string | undefined } = {},
): Promise<ValidatedAuthorization> => {
  knownMembers(options, 'options', ['sub'], 'an option of validateAuthorizationRequest')
  const sub = optionalText(options.sub, 'sub')
  const form = await formOf(server, input)
  const { client, request, pushed } = await sound(server, await openTo(server, form))
  if (pushed !== undefined) await holdOpen(server, pushed)
  const [described, consent] = await Promise.all([
    server.store.read(listScopes()),
    sub === undefined ? undefined : server.store.read(findConsent(sub, client.client_id)),
  ])
  return validatedAuthorization(request, client, described, consent?.allowed, sourceOf(form))
}

export const approve = async (
  server: Server,
  authorization: ValidatedAuthorization,
  person: ApprovingPerson,
  choice: ApprovalChoice = {},
): Promise<ApprovedAuthorization> => {
  const given = argumentsOf(person, choice)
  const { client, request, pushed } = await soundAgain(server, authorization)
  const [at, seconds] = [server.clock(), now(server)]
  const { kind: _, remember, scope, claims, ...who } = readApproval(given, request.scope, seconds)
  const answer = remember ? 'remember' : 'once'
  const allowed = { request, client, person: who, session_id: null, scope, claims, answer } as const
  const pushed_id = pushed?.pushed_id
  const granted = await allow(server, { at, now: seconds }, { ...allowed, pushed_id })
  const { redirect_uri, state } = request
  const iss = server.settings.issuer
  if (granted instanceof OAuthError) {
    throw granted.page === undefined ? toldByRedirect(granted, { redirect_uri, state, iss }) : granted
  }
  const { code, approved } = granted
  const redirect_to = authorizationResponse(redirect_uri, { code, state, iss })
  return { redirect_to, code, ...(state === null ? {} : { state }), iss, expires_in: approved.expires_in }
}

export const deny = async (
  server: Server,
  authorization: ValidatedAuthorization,
  reason: DenialReason = {},
): Promise<{ readonly redirect_to: string }> => {
  knownMembers(reason, 'the reason', ['error', 'error_description'], 'a member of a denial')
  const { error, error_description } = readDenial(reason)
  // Who asks and where the answer goes is enough to say no.
  const { form, pushed } = await openTo(server, parseLoosely(again(authorization).toString()), HELD)
  const { client, redirect_uri } = await identified(server, form)
  const state = form.values.get('state') ?? null
  const iss = server.settings.issuer
  const at = now(server)
  const denied = { client_id: client.client_id, error }
  const over = await server.store.write(() =>
    audited(
      server.audit(),
      pushed === undefined ? nothing() : takePushedRequest(pushed.pushed_id, at),
      denial(denied),
    ),
  )
  if (over !== undefined) throw over
  tellDenied(server, { now: at }, denied)
  return { redirect_to: authorizationResponse(redirect_uri, { error, error_description, state, iss }) }
}

/** A request that was not pushed leaves nothing that would have to be taken. */
function* nothing(): Work<undefined> {}

/** @throws {OAuthError} when the body of a request is no form */
const formOf = (server: Server, input: unknown): LooseForm | Promise<LooseForm> => {
  if (input instanceof URLSearchParams) return parseLoosely(input.toString())
  if (input instanceof URL) return parseLoosely(input.search)
  if (!isRequest(input, 'its URLSearchParams'))
    throw new TypeError('the request must be a Request, a URL or URLSearchParams')
  const exchange = exchangeOf(server, input, 'authorize')
  return input.method === 'POST' ? readLooseForm(server, exchange) : parseLoosely(exchange.search)
}

/** What was validated is held for its person as long as on our own pages. */
const HELD = REQUEST_LIFETIME

/**
 * The parameters that count, of a request that nobody has answered yet.
 *
 * @throws {OAuthError} without `redirect_to`
 */
const openTo = async (server: Server, form: LooseForm, late?: number): Promise<Requested> => {
  const requested = await requestedBy(server, form, { now: now(server), late })
  if (requested.pushed !== undefined && requested.pushed.used_at !== null) throw pushedRequestIsOver()
  return requested
}

/** PAR-03: a browser of the app's is not known to us, so what it may load again is open until it is answered. */
const holdOpen = async (server: Server, { pushed_id, created_at }: PushedRequest): Promise<void> => {
  const until = created_at + PUSHED_LIFETIME + HELD
  if (!(await server.store.write(() => holdPushedRequest(pushed_id, until, now(server))))) {
    throw pushedRequestIsOver()
  }
}

interface Sound {
  readonly client: Client
  readonly request: AuthorizationRequest
  readonly pushed: PushedRequest | undefined
}

/** @throws {OAuthError} with `redirect_to` from where on the client may be told */
const sound = async (server: Server, requested: Requested): Promise<Sound> => {
  const { form, pushed } = requested
  const who = await identified(server, form)
  try {
    return { client: who.client, request: await examined(server, requested, who), pushed }
  } catch (thrown) {
    if (!(thrown instanceof OAuthError)) throw thrown
    const state = form.values.get('state') ?? null
    throw toldByRedirect(thrown, { redirect_uri: who.redirect_uri, state, iss: server.settings.issuer })
  }
}

/** What was examined may have lain in a cookie since: nothing in it is believed. */
const soundAgain = async (server: Server, authorization: unknown): Promise<Sound> => {
  const parameters = again(authorization)
  const found = await sound(server, await openTo(server, parseLoosely(parameters.toString()), HELD))
  // No scope was granted; read as parameters that would be all the client has.
  if (parameters.get('scope') !== '') return found
  return { ...found, request: { ...found.request, scope: '' } }
}

const again = (authorization: unknown): URLSearchParams => {
  if (isObject(authorization)) return parametersAgain(authorization)
  throw new TypeError('authorization must be what validateAuthorizationRequest gave')
}

const PERSON = ['sub', 'username', 'auth_time', 'acr', 'amr']
const CHOICE = ['scope', 'claims', 'remember']

/** Their kinds; what they say is judged as the interaction API judges it. @throws {TypeError} */
const argumentsOf = (person: unknown, choice: unknown): Readonly<Record<string, unknown>> => {
  const who = knownMembers(person, 'the person', PERSON, `one of ${PERSON.join(', ')}`)
  const what = knownMembers(choice, 'the choice', CHOICE, `one of ${CHOICE.join(', ')}`)
  text(who['sub'], 'sub')
  for (const name of ['username', 'acr']) optionalText(who[name], name)
  // Not as if it were absent: of a form in which nothing was ticked, `get` gives null.
  if (what['scope'] !== undefined) text(what['scope'], 'scope')
  kind(who, 'auth_time', 'a number', (value) => typeof value === 'number')
  kind(who, 'amr', 'a list of strings', Array.isArray)
  kind(what, 'remember', 'true or false', (value) => typeof value === 'boolean')
  kind(what, 'claims', 'an object', isObject)
  return { ...who, ...what, ...(what['claims'] == null ? {} : { claims: asJson(what['claims']) }) }
}

const kind = (
  members: Readonly<Record<string, unknown>>,
  name: string,
  must_be: string,
  fits: (value: unknown) => boolean,
): void => {
  const value = members[name]
  if (value !== undefined && value !== null && !fits(value)) throw new TypeError(`${name} must be ${must_be}`)
}

/** As it will rest: later changes to the app's object are not in it. */
const asJson = (claims: unknown): unknown => {
  try {
    return JSON.parse(JSON.stringify(claims))
  } catch (cause) {
    throw new TypeError('claims must be what JSON can hold', { cause })
  }
}
