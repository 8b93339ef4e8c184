import { tokenResponse } from '../actions/issue.ts'
import { grants } from '../grants/registry.ts'
import { OAuthError } from '../protocol/error.ts'
import { now } from '../server.ts'
import { type Handler, json } from './answer.ts'
import { readForm } from './body.ts'
import { authenticateClient } from './client.ts'

/** POST /oauth/token, every grant type (OAuth 2.1 section 3.2): verify, decide, render. */
export const token: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  const registered = await server.registry.latest()
  const client = await authenticateClient(server, registered, exchange, form)
  const grant_type = form.values.get('grant_type')
  if (grant_type === undefined) throw new OAuthError('invalid_request', 'grant_type is missing')
  const grant = grants.get(grant_type)
  if (grant === undefined)
    throw new OAuthError('unsupported_grant_type', 'this server does not know that grant type')
  exchange.note['grant_type'] = grant.grant_type
  if (!client.grant_types.includes(grant.grant_type)) {
    throw new OAuthError('unauthorized_client', 'this client is not registered for that grant type')
  }
  const prepared = grant.prepare(form)
  const defaults = registered.defaultScopes()
  const attempt = {
    client,
    now: exchange.now,
    fresh: server.secrets.accessToken(exchange.at),
    access_token_ttl: server.settings.access_token_ttl,
    default_scopes: defaults instanceof Promise ? await defaults : defaults,
  }
  const outcome = await server.store.write(() => prepared(attempt))
  if (outcome instanceof OAuthError) throw outcome
  exchange.note['jti'] = outcome.jti
  return json(tokenResponse(outcome, now(server)))
}
