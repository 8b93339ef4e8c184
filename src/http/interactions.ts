import { decideInteraction, findInteraction, interactionIsOver } from '../actions/interaction.ts'
import { stillStands } from '../protocol/authorization-request.ts'
import { credentialOf } from '../protocol/bearer.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { type Decision, readApproval, readDenial } from '../protocol/decision.ts'
import { OAuthError } from '../protocol/error.ts'
import { parseForm } from '../protocol/form.ts'
import { interactionOf } from '../protocol/interaction.ts'
import type { Server } from '../server.ts'
import type { StoredAuthorizationRequest } from '../store/authorization-request.ts'
import { findConsent } from '../store/consent.ts'
import { listScopes } from '../store/scope.ts'
import { type Answer, type Exchange, type Handler, json } from './answer.ts'
import { bearerClient, tokenNeeded } from './bearer.ts'
import { readJson } from './body.ts'
import { mintTicket } from './hand-over.ts'

/** The scope of an app that signs people in and asks them; granted by client_credentials alone. */
const SCOPE = 'oauthd:interactions'

/** What stands behind the id in the path. */
type Step = '' | '/approve' | '/deny'

interface Asked {
  readonly request: StoredAuthorizationRequest
  readonly client: Client
  /** Who asks about it. */
  readonly app: Client
}

/** What an app may ask about: in this order its token, the request, and whether that still stands (CL-02). */
const forApp =
  (step: Step, answer: (server: Server, exchange: Exchange, asked: Asked) => Promise<Answer>): Handler =>
  async (server, exchange) => {
    if (server.settings.interaction_url === undefined) {
      throw new OAuthError('invalid_request', 'interaction_url is not set: this server asks by itself', {
        status: 404,
      })
    }
    const credential = credentialOf(exchange.request.headers.get('authorization'))
    if (credential === undefined) return tokenNeeded(exchange, { schemes: ['Bearer'], scope: SCOPE })
    const request_id = exchange.params['request_id'] ?? ''
    const endpoint = { path: `interactions/${request_id}${step}`, scope: SCOPE }
    const app = await bearerClient(server, await server.registry.latest(), exchange, credential, endpoint)
    const request = await server.store.read(findInteraction(request_id, exchange.now))
    if (request instanceof OAuthError) throw request
    const registered = await (await server.registry.latest()).client(request.client_id)
    if (registered === undefined || !stillStands(registered.client, request))
      throw interactionIsOver('is over')
    return answer(server, exchange, { request, client: registered.client, app })
  }

/** GET /oauth/interactions/:request_id: who asks for what; with `?sub=`, what of it is new to that person. */
export const interaction: Handler = forApp('', async (server, exchange, { request, client }) => {
  const sub = parseForm(exchange.search.slice(1)).values.get('sub')
  const described = await server.store.read(listScopes())
  const consent = sub === undefined ? undefined : await server.store.read(findConsent(sub, request.client_id))
  return json(interactionOf(request, client, described, consent?.allowed))
})

const deciding = (
  step: Step,
  read: (given: unknown, request: StoredAuthorizationRequest, now: number) => Decision,
): Handler =>
  forApp(step, async (server, exchange, { request, app }) => {
    const { request_id } = request
    exchange.note['interaction'] = request_id
    const decision = read(await readJson(server, exchange), request, exchange.now)
    const { redirect_to, ticket_mac } = mintTicket(server, request_id)
    const kept = { ...decision, ticket_mac, decided_by: app.client_id, decided_at: exchange.now }
    const refused = await server.store.write(() => decideInteraction(request_id, kept, exchange.now))
    if (refused !== undefined) throw refused
    return json({ redirect_to })
  })

/** POST …/approve: this person allows it, or less of it. */
export const approveInteraction: Handler = deciding('/approve', (given, { scope }, now) =>
  readApproval(given, scope, now),
)

/** POST …/deny: the client is told why not. */
export const denyInteraction: Handler = deciding('/deny', readDenial)
