import { introspectToken } from '../actions/token.ts'
import { INACTIVE, type Introspection, introspection } from '../protocol/access-token.ts'
import { type Credential, credentialOf } from '../protocol/bearer.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { fapiAlg } from '../protocol/fapi.ts'
import type { Form } from '../protocol/form.ts'
import {
  acceptsIntrospectionJwt,
  INTROSPECTION_JWT,
  INTROSPECTION_JWT_TYP,
  introspectionClaims,
} from '../protocol/introspection-jwt.ts'
import { DEFAULT_ALG, type SigningAlg } from '../protocol/key-state.ts'
import type { Server } from '../server.ts'
import { presentToken } from '../signed-tokens.ts'
import type { Registered } from '../store/registry.ts'
import { type Answer, type Exchange, type Handler, json, NO_STORE } from './answer.ts'
import { bearerClient } from './bearer.ts'
import { readForm } from './body.ts'
import { authenticateClient } from './client.ts'

/** POST /oauth/introspect (RFC 7662). What the caller may not see is inactive, no more (IN-02). */
export const introspect: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  const caller = await authenticateCaller(server, exchange, form)
  const token = form.values.get('token')
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing')
  const found = presentToken(server, token)
  const presented = found instanceof Promise ? await found : found
  // A typo or another server's token: no row is read, but the answer leaves with its turn.
  if (presented === undefined) {
    await server.store.turn()
    return answered(server, exchange, caller, INACTIVE)
  }
  const at = { issuer: server.settings.issuer, now: exchange.now }
  const seen = await server.store.read(introspectToken(presented, caller, at))
  return answered(
    server,
    exchange,
    caller,
    seen === undefined ? INACTIVE : introspection(seen.token, at, seen),
  )
}

/** IN-08: as JSON, unless the caller is registered for a signed answer or asks for one. */
const answered = (
  server: Server,
  exchange: Exchange,
  caller: Client,
  answer: Introspection,
): Answer | Promise<Answer> => {
  const alg = caller.introspection_signed_response_alg
  if (alg === null && !acceptsIntrospectionJwt(exchange.request.headers.get('accept'))) return json(answer)
  return signedAnswer(server, exchange, caller.client_id, fapiAlg(alg ?? DEFAULT_ALG, caller), answer)
}

/** RFC 9701: not to be forged, and not to be denied; of a token that is not live too (IN-07). */
const signedAnswer = async (
  server: Server,
  { now }: Exchange,
  client_id: string,
  alg: SigningAlg,
  answer: Introspection,
): Promise<Answer> => {
  const claims = introspectionClaims(answer, { issuer: server.settings.issuer, client_id, now })
  const body = await server.keys.sign(alg, INTROSPECTION_JWT_TYP, claims, undefined)
  return { status: 200, headers: { 'content-type': INTROSPECTION_JWT, ...NO_STORE }, body }
}

/** CA-04: what may not stand in the body beside a bearer token. */
const CREDENTIALS = ['client_secret', 'client_assertion', 'client_assertion_type']

/** IN-01, IN-06: client authentication, or a token that was granted the scope `introspect`. */
const authenticateCaller = async (server: Server, exchange: Exchange, form: Form): Promise<Client> => {
  const registered = await server.registry.latest()
  const credential = credentialOf(exchange.request.headers.get('authorization'))
  if (credential !== undefined) {
    if (CREDENTIALS.some((name) => form.values.has(name))) {
      throw new OAuthError('invalid_request', 'the request authenticates the caller in more than one way')
    }
    return bearerCaller(server, registered, exchange, credential, form.values.get('client_id'))
  }
  const client = await authenticateClient(server, registered, exchange, form)
  if (client.token_endpoint_auth_method === 'none') {
    throw new OAuthError('invalid_client', 'client authentication failed', {
      cause: 'a public client may not introspect',
    })
  }
  return client
}

const bearerCaller = async (
  server: Server,
  registered: Registered,
  exchange: Exchange,
  credential: Credential,
  named: string | undefined,
): Promise<Client> => {
  const caller = await bearerClient(server, registered, exchange, credential, {
    path: 'introspect',
    scope: 'introspect',
  })
  // CA-05: one request, one client.
  if (named !== undefined && named !== caller.client_id) {
    throw new OAuthError('invalid_request', 'client_id is not the client of the access token')
  }
  return caller
}
