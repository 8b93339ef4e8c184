import { OAuthError } from '../protocol/error.ts'
import { revokePresented } from '../revocations.ts'
import { presentToken } from '../signed-tokens.ts'
import { empty, type Handler } from './answer.ts'
import { readForm } from './body.ts'
import { authenticateClient } from './client.ts'

/** POST /oauth/revoke (RFC 7009). Unknown, expired and malformed tokens are revoked already: 200. */
export const revoke: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  const client = await authenticateClient(server, await server.registry.latest(), exchange, form)
  const token = form.values.get('token')
  if (token === undefined) throw new OAuthError('invalid_request', 'token is missing')
  // RFC 7009 2.1: token_type_hint is only a hint; the token itself says what it is (RV-03).
  const found = presentToken(server, token)
  const presented = found instanceof Promise ? await found : found
  if (presented === undefined) return empty(200)
  const outcome = await revokePresented(server, presented, client.client_id, exchange)
  if (outcome.kind === 'foreign')
    throw new OAuthError('invalid_grant', 'the token was not issued to this client')
  exchange.note['revoked'] = outcome.kind === 'revoked' ? outcome.id : 'nothing'
  return empty(200)
}
