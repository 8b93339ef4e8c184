/**
 * The flows as a client goes through them. oauth4webapi, and only here: it checks what a client must
 * check (RFC 8414 issuer, state, RFC 9207 iss), and is not ours, so that our mistakes are not its own.
 */
import {
  AuthorizationResponseError,
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clientCredentialsGrantRequest,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomState,
  None,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processClientCredentialsResponse,
  processDiscoveryResponse,
  processPushedAuthorizationResponse,
  pushedAuthorizationRequest,
  validateAuthResponse,
} from 'oauth4webapi'
import { Failure, failed } from './failure.ts'
import { refusal, refused } from './flow-refusal.ts'
import type { PrintedToken } from './token-output.ts'

/** Who asks, and how it says so; without a secret it is a public client. */
export interface FlowClient {
  readonly client_id: string
  readonly client_secret: string | undefined
  readonly method: 'client_secret_basic' | 'client_secret_post'
}

/** What is asked for; left out, the server decides. */
export interface Wanted {
  readonly scope: string | undefined
  readonly resource: readonly string[]
}

/** What is asked of a person. */
export interface PersonWanted extends Wanted {
  /** The client has to push its requests, whatever the server asks of others (RFC 9126 section 6). */
  readonly isPushed: boolean
}

/** A server that was found by its metadata. */
export interface FlowServer {
  /** RFC 6749 section 4.4. */
  clientCredentials(client: FlowClient, wanted: Wanted): Promise<PrintedToken>
  /** OAuth 2.1 section 4.1: what to open in a browser, and what to do with the address it comes back to. */
  code(client: FlowClient, wanted: PersonWanted): Promise<CodeFlow>
}

export interface CodeFlow {
  readonly state: string
  url(redirect_uri: string): Promise<string>
  exchange(redirect_uri: string, answer: URL): Promise<PrintedToken>
}

/** How long the server may think. Milliseconds. */
const PATIENCE = 30_000

/**
 * Finds a server by its issuer identifier (RFC 8414).
 * @throws {Failure} exit 1: nobody answers there, or nobody that is an authorization server
 */
export const findServer = (issuer: string): Promise<FlowServer> =>
  telling(issuer, async () => {
    // HTTP-16: an issuer without TLS is loopback, or the setting would have been refused.
    const options = {
      [allowInsecureRequests]: /^http:/i.test(issuer),
      signal: () => AbortSignal.timeout(PATIENCE),
    }
    const response = await discoveryRequest(new URL(issuer), { ...options, algorithm: 'oauth2' })
    if (response.status !== 200) {
      throw failed(
        'server_unusable',
        `${issuer} has no authorization server metadata: it answers ${response.status}`,
        'name the issuer as oauthd serve prints it: --issuer URL',
      )
    }
    const as = await processDiscoveryResponse(new URL(issuer), response)
    return { clientCredentials: clientCredentials(issuer, as, options), code: code(issuer, as, options) }
  })

interface Options {
  readonly [allowInsecureRequests]: boolean
  readonly signal: () => AbortSignal
}

const clientCredentials =
  (issuer: string, as: AuthorizationServer, options: Options): FlowServer['clientCredentials'] =>
  (client, wanted) =>
    telling(issuer, async () => {
      const { client_id } = client
      const request = clientCredentialsGrantRequest(as, { client_id }, auth(client), asked(wanted), options)
      return issued(await request, (response) =>
        processClientCredentialsResponse(as, { client_id }, response),
      )
    })

const code =
  (issuer: string, as: AuthorizationServer, options: Options): FlowServer['code'] =>
  async (client, wanted) => {
    const { authorization_endpoint } = as
    if (authorization_endpoint === undefined || !as.code_challenge_methods_supported?.includes('S256')) {
      throw failed('server_unusable', `${issuer} offers no code flow with PKCE`, 'name another --issuer')
    }
    if (!isToBeOpened(authorization_endpoint)) {
      const problem = 'its authorization_endpoint is neither https nor http on this device'
      throw failed('server_unusable', `${issuer}: ${problem}`, 'name another --issuer')
    }
    const { client_id } = client
    const who: Client = { client_id }
    const state = generateRandomState()
    const code_verifier = generateRandomCodeVerifier()
    const code_challenge = await calculatePKCECodeChallenge(code_verifier)
    return {
      state,
      async url(redirect_uri) {
        const url = new URL(authorization_endpoint)
        const pkce = { code_challenge, code_challenge_method: 'S256' }
        const all = { response_type: 'code', client_id, redirect_uri, state, ...pkce }
        const parameters = [...Object.entries(all), ...asked(wanted)]
        const brought =
          as.require_pushed_authorization_requests || wanted.isPushed
            ? Object.entries({ client_id, request_uri: await push(issuer, as, options, client, parameters) })
            : parameters
        for (const [name, value] of brought) url.searchParams.append(name, value)
        return url.href
      },
      exchange: (redirect_uri, answer) =>
        telling(issuer, async () => {
          const parameters = validateAuthResponse(as, who, answer, state)
          const more = {
            ...options,
            additionalParameters: asked({ scope: undefined, resource: wanted.resource }),
          }
          const request = authorizationCodeGrantRequest(
            as,
            who,
            auth(client),
            parameters,
            redirect_uri,
            code_verifier,
            more,
          )
          return issued(await request, (response) => processAuthorizationCodeResponse(as, who, response))
        }),
    }
  }

/** RFC 9126: the server keeps the parameters, and the browser is given a name for them. */
const push = (
  issuer: string,
  as: AuthorizationServer,
  options: Options,
  client: FlowClient,
  parameters: [string, string][],
): Promise<string> =>
  telling(issuer, async () => {
    const who = { client_id: client.client_id }
    const response = await pushedAuthorizationRequest(as, who, auth(client), parameters, options)
    if (!response.ok) throw await refusal(response)
    return (await processPushedAuthorizationResponse(as, who, response)).request_uri
  })

/** What is opened in a browser, whoever wrote the metadata; an issuer has the same rule (HTTP-16). */
export const isToBeOpened = (address: string): boolean => {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
}

const auth = ({ client_secret, method }: FlowClient): ClientAuth => {
  if (client_secret === undefined) return None()
  return method === 'client_secret_post' ? ClientSecretPost(client_secret) : ClientSecretBasic(client_secret)
}

/** RFC 8707 section 2: one `resource` for each. */
const asked = ({ scope, resource }: Wanted): [string, string][] => [
  ...(scope === undefined ? [] : [['scope', scope] as [string, string]]),
  ...resource.map((uri): [string, string] => ['resource', uri]),
]

/** The response as it came, once it was found to be one. */
const issued = async (
  response: Response,
  check: (response: Response) => Promise<PrintedToken>,
): Promise<PrintedToken> => {
  if (!response.ok) throw await refusal(response)
  await check(response.clone())
  return (await response.json()) as PrintedToken
}

/** What went wrong on the way, in one line. */
const telling = async <T>(issuer: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Failure) throw error
    if (error instanceof AuthorizationResponseError) throw refused(error.error, error.error_description)
    if (error instanceof OperationProcessingError) {
      throw failed('server_unusable', `${issuer}: ${error.message}`, 'name another --issuer', error)
    }
    const reason = reasonOf(error)
    if (reason === undefined) throw error
    const hint = 'oauthd serve starts it; --issuer names another'
    throw failed('server_unreachable', `no answer from ${issuer}: ${reason}`, hint, error)
  }
}

const reasonOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'TimeoutError') return `nothing for ${PATIENCE / 1000} s`
  if (error.message !== 'fetch failed') return undefined
  const { cause } = error
  if (!(cause instanceof Error)) return 'the connection failed'
  return 'code' in cause ? String(cause.code) : cause.message
}
