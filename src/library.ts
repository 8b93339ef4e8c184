import type { H3 } from 'h3'
import type { TokenResponse } from './actions/issue.ts'
import type { EventListener, EventType } from './events.ts'
import { createApp, createStandalone } from './http/app.ts'
import { createNodeListener, isOurs, type NodeListener } from './http/listener.ts'
import {
  type ApprovalChoice,
  type ApprovedAuthorization,
  type ApprovingPerson,
  approve,
  type DenialReason,
  deny,
  validate,
} from './library-authorization.ts'
import { clientsOf, consentsOf, type OAuthClients, type OAuthConsents } from './library-clients.ts'
import { subscribe } from './library-events.ts'
import { disabled } from './library-off.ts'
import { checkedOptions, type OAuthServerOptions } from './library-options.ts'
import {
  boundTokens,
  describeResource,
  introspect,
  issue,
  revokeToken,
  type TokenRequest,
} from './library-tokens.ts'
import { readPageFiles } from './page-files.ts'
import type { Introspection } from './protocol/access-token.ts'
import { issuerPath } from './protocol/issuer.ts'
import type { Principal } from './protocol/principal.ts'
import type { DescribedResource, ProtectedResourceMetadata } from './protocol/resource-metadata.ts'
import { themeWarnings } from './protocol/theme.ts'
import type { ValidatedAuthorization } from './protocol/validated-authorization.ts'
import { verifyBy, withBoundTokens } from './resource/verifier.ts'
import { openServer, type Server } from './server.ts'
import { findState, putState } from './store/state.ts'
import { readClientAuthorities } from './tls-files.ts'

/**
 * An authorization server inside an app. Every call but `introspect` and `revokeToken` throws a
 * `TypeError` for an argument that is wrong, naming it, and every one a `StoreError` when the database
 * fails. All times are epoch seconds, all lifetimes seconds.
 */
export interface OAuthServer {
  readonly clients: OAuthClients
  readonly consents: OAuthConsents
  /**
   * Looks at what a client asks a person for: client, redirect URI, PKCE, scope, resource, prompt.
   *
   * @param input the request at the app's authorization page, or the URL or the parameters of it
   * @param options `sub`, the person, when it is known: then `consented` and `new_scope` are told
   * @throws {OAuthError} with `redirect_to` when the client may be told: send the browser there. Without
   *   it only the person may be told: show a page, redirect nowhere (OAuth 2.1 section 4.1.2.1)
   * @see OAuth 2.1 section 4.1.1
   */
  validateAuthorizationRequest(
    input: Request | URL | URLSearchParams,
    options?: { readonly sub?: string | undefined },
  ): Promise<ValidatedAuthorization>
  /**
   * The person allows it: gives the code, and where to send the browser with it.
   *
   * @param authorization what `validateAuthorizationRequest` gave, or a copy; it is examined again
   * @throws {OAuthError} `invalid_scope` when `scope` is more than was asked; `invalid_request` for a
   *   `sub` or `claims` that may not be; `access_denied` for a `sub` that is a client's `client_id`;
   *   whatever the request itself is refused with now
   * @see OAuth 2.1 section 4.1.2, RFC 9207
   */
  approveAuthorizationRequest(
    authorization: ValidatedAuthorization,
    person: ApprovingPerson,
    choice?: ApprovalChoice,
  ): Promise<ApprovedAuthorization>
  /**
   * The person does not allow it, or cannot be asked: where to send the browser to say so.
   *
   * @throws {OAuthError} `invalid_request` for a reason that there is not; when client or redirect URI are not sound any more
   * @see OAuth 2.1 section 4.1.2.1
   */
  denyAuthorizationRequest(
    authorization: ValidatedAuthorization,
    reason?: DenialReason,
  ): Promise<{ readonly redirect_to: string }>
  /**
   * What `POST /oauth/token` does, client authentication included.
   *
   * @param request the request itself, its body not yet read; the form of it, where the client authenticates
   *   in the form; or the parameters
   * @throws {OAuthError} `invalid_client`, `invalid_grant`, `invalid_scope`, … (RFC 6749 section 5.2)
   * @see RFC 6749 section 5.1
   */
  issueToken(request: TokenRequest | Request | URLSearchParams | FormData): Promise<TokenResponse>
  /** RFC 7662: what a token says, or `{ active: false }`, whatever is handed in. */
  introspect(token: string): Promise<Introspection>
  /** RFC 7009: `true` when a live token was revoked. The hint is not needed: a token says what it is. */
  revokeToken(token: string, options?: { token_type_hint?: string }): Promise<boolean>
  /**
   * Who a live access token stands for; of a request its headers `Authorization` and `DPoP` and the client
   * certificate of its connection are read, nothing else. `undefined` for everything else, a refresh token too.
   * One read of the database, nothing kept: what is revoked gives `undefined` from then on.
   *
   * A token that is bound to a key (RFC 9449, RFC 8705) needs the request, which proves that its sender holds
   * the key; the proof must be made for an address of the issuer's origin. For another one take a guard with
   * `public_url`.
   *
   * @throws {StoreError} when it cannot know
   */
  verify(input: string | Request): Promise<Principal | undefined>
  /** The document that a protected resource of this server publishes. @see RFC 9728 section 2 */
  protectedResourceMetadata(of: DescribedResource): ProtectedResourceMetadata
  /**
   * Tells `listener` of what happens in this process from now on, by HTTP or by call, in the order of
   * the commits and after them. It is not waited for; what it throws is told to the log.
   *
   * @returns ends that
   */
  on<T extends EventType>(event: T, listener: EventListener<T>): () => void
  /** The endpoints, to be mounted in an h3 app: `app.mount('/', server.app)`. */
  readonly app: H3
  /** The endpoints for a web-standard request; what is not ours is answered 404. */
  fetch(request: Request): Promise<Response>
  /**
   * The endpoints for `node:http`; what is not ours is answered 404. With `next`, as Express and Connect
   * have it, what is neither below the prefix nor our metadata is handed on.
   */
  readonly node: NodeListener
  /** Finishes what is under way and closes the database; one that the app had opened stays open. */
  close(): Promise<void>
}

/**
 * Opens an authorization server over an SQLite file; the file, its tables and its key file are made
 * when they are missing.
 *
 * @throws {TypeError} naming the option that is unknown or wrong
 * @throws {StoreError | SecretError} when the database or its master secret cannot be used
 * @see OAuth 2.1 (draft-ietf-oauth-v2-1), RFC 7591, RFC 7662, RFC 7009
 */
export const createOAuthServer = async (options: OAuthServerOptions = {}): Promise<OAuthServer> => {
  const { enabled, settings, beside, secret, log } = checkedOptions(options)
  if (!enabled) return disabled()
  const page_files = readPageFiles(settings.pages)
  for (const warning of themeWarnings(settings.pages)) log.warn({ code: 'pages_accent' }, warning)
  const server = await openServer({
    db: settings.db,
    beside,
    mode: 'create',
    settings,
    page_files,
    client_authorities: readClientAuthorities(settings),
    secret,
    log,
    actor: 'library',
    onWarning: ({ code, message }) => log.warn({ code }, message),
  })
  try {
    if (options.issuer !== undefined) await record(server, 'issuer', settings.issuer)
    await record(server, 'profile', settings.profile ?? 'none')
    await server.sealed.sweep()
  } catch (error) {
    // Nobody else could: the caller has no server to close.
    await server.close()
    throw error
  }
  server.housekeeping.start()
  return embedded(server)
}

/** As `serve` does, for the CLI and the verifiers of the file; a default that nobody chose says nothing. */
const record = async ({ store }: Server, name: 'issuer' | 'profile', value: string): Promise<void> => {
  if ((await store.read(findState(name))) !== value) await store.write(() => putState(name, value))
}

const embedded = (server: Server): OAuthServer => {
  // The contract has the issuer's path removed; a router that does not remove it is as right.
  const standalone = createStandalone(server, [...new Set(['', issuerPath(server.settings.issuer)])])
  const bound = boundTokens(server)
  const self: OAuthServer = {
    clients: clientsOf(server),
    consents: consentsOf(server),
    validateAuthorizationRequest: (input, options) => validate(server, input, options),
    approveAuthorizationRequest: (authorization, person, choice) =>
      approve(server, authorization, person, choice),
    denyAuthorizationRequest: (authorization, reason) => deny(server, authorization, reason),
    issueToken: (request) => issue(server, request),
    introspect: (token) => introspect(server, token),
    revokeToken: (token) => revokeToken(server, token),
    verify: (input) => verifyBy(bound, input),
    protectedResourceMetadata: (of) => describeResource(server, of),
    on: (event, listener) => subscribe(server, event, listener),
    app: createApp(server),
    fetch: async (request) => standalone.fetch(request),
    node: createNodeListener(standalone, (path) => isOurs(server, path), server.log),
    close: () => server.close(),
  }
  return withBoundTokens(self, bound)
}
