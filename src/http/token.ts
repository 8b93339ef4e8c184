import { type TokenResponse, tokenResponse } from '../actions/issue.ts'
import { grants } from '../grants/registry.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import { now, type Server } from '../server.ts'
import { signed, tokenRules } from '../signed-tokens.ts'
import { tellIssued } from '../tokens.ts'
import { type BackChannel, type Handler, json } from './answer.ts'
import { issuedOf, refreshTokenOf, tokenWork } from './attempt.ts'
import { bindingOf, refuseUnbound } from './binding.ts'
import { readForm } from './body.ts'
import { authenticateClient } from './client.ts'
import { nonceHeader, onceProven } from './dpop.ts'

/** POST /oauth/token, every grant type (OAuth 2.1 section 3.2): verify, decide, render. */
export const token: Handler = async (server, exchange) =>
  json(
    await answerTokenRequest(server, exchange, await readForm(server, exchange)),
    200,
    nonceHeader(exchange),
  )

/**
 * The same for whoever has read the form, the library's `issueToken` too.
 *
 * @throws {OAuthError} the refusal
 */
export const answerTokenRequest = async (
  server: Server,
  exchange: BackChannel,
  form: Form,
): Promise<TokenResponse> => {
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
  const defaults = registered.defaultScopes()
  const default_scopes = defaults instanceof Promise ? await defaults : defaults
  const resources = registered.resources()
  const rules = tokenRules(server.settings, resources instanceof Promise ? await resources : resources)
  const found = bindingOf(server, exchange, client)
  const binding = found instanceof Promise ? await found : found
  refuseUnbound(client, binding)
  const work = tokenWork(server, exchange, { client, grant, form, binding, rules, default_scopes })
  const issued = issuedOf(server, exchange, client, await server.store.write(onceProven(binding.proof, work)))
  exchange.note['jti'] = issued.jti
  const { client_id } = client
  tellIssued(server, issued, { client_id, grant_type, at: exchange.now })
  const answered = issued.jwt === undefined ? issued : await signed(server, issued)
  return tokenResponse(answered, now(server), refreshTokenOf(issued, form))
}
