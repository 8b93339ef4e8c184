import { introspectToken } from '../actions/token.ts'
import { INACTIVE, introspection } from '../protocol/access-token.ts'
import { bearerToken } from '../protocol/bearer.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import type { Server } from '../server.ts'
import type { Registered } from '../store/registry.ts'
import { type Exchange, type Handler, json } from './answer.ts'
import { bearerClient } from './bearer.ts'
import { readForm } from './body.ts'
import { authenticateClient } from './client.ts'

/** POST /oauth/introspect (RFC 7662). What the caller may not see is inactive, no more (IN-02). */
export const introspect: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  const caller = await authenticateCaller(server, exchange, form)
  const token = form.values.get('token')
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing')
  const presented = server.secrets.present(token)
  // A typo or another server's token: no row is read, but the answer leaves with its turn.
  if (presented === undefined) {
    await server.store.turn()
    return json(INACTIVE)
  }
  const at = { issuer: server.settings.issuer, now: exchange.now }
  const seen = await server.store.read(introspectToken(presented, caller, at))
  return json(seen === undefined ? INACTIVE : introspection(seen.token, at, seen))
}

/** CA-04: what may not stand in the body beside a bearer token. */
const CREDENTIALS = ['client_secret', 'client_assertion', 'client_assertion_type']

/** IN-01, IN-06: client authentication, or a token that was granted the scope `introspect`. */
const authenticateCaller = async (server: Server, exchange: Exchange, form: Form): Promise<Client> => {
  const registered = await server.registry.latest()
  const bearer = bearerToken(exchange.request.headers.get('authorization'))
  if (bearer !== undefined) {
    if (CREDENTIALS.some((name) => form.values.has(name))) {
      throw new OAuthError('invalid_request', 'the request authenticates the caller in more than one way')
    }
    return bearerCaller(server, registered, exchange, bearer, form.values.get('client_id'))
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
  bearer: string,
  named: string | undefined,
): Promise<Client> => {
  const caller = await bearerClient(server, registered, exchange, bearer, 'introspect')
  // CA-05: one request, one client.
  if (named !== undefined && named !== caller.client_id) {
    throw new OAuthError('invalid_request', 'client_id is not the client of the access token')
  }
  return caller
}
