import { createHmac, timingSafeEqual } from 'node:crypto'
import { requestIsOver } from '../actions/authorization.ts'
import { decisionOf, type KeptDecision } from '../actions/interaction.ts'
import { randomBytes } from '../crypto/random.ts'
import { OAuthError } from '../protocol/error.ts'
import { endpoint } from '../protocol/issuer.ts'
import type { Server } from '../server.ts'
import { type Answer, type Handler, NO_STORE } from './answer.ts'
import { kept } from './authorization-page.ts'
import { type OpenedRequest, openedRequest, tellingClient } from './authorization-request.ts'
import { answerApproval, grant, type Pending, refuseToClient } from './authorization-step.ts'

/**
 * Sends the browser to the app that signs people in, with the id of the request and nothing else of it.
 *
 * @param interaction_url of the app; its own query is kept
 */
export const handOver = async (pending: Pending, interaction_url: string): Promise<Answer> => {
  const { request_id } = await kept(pending)
  const separator = interaction_url.includes('?') ? '&' : '?'
  return {
    status: 302,
    headers: {
      ...NO_STORE,
      // The address of this request holds the client's state; it is not the app's to read.
      'referrer-policy': 'no-referrer',
      location: `${interaction_url}${separator}interaction=${request_id}`,
    },
    body: null,
    cookies: pending.browser.cookies,
  }
}

/** Where an app sends the browser with its decision, and what of that rests in the row. */
export const mintTicket = (
  { settings: { issuer, prefix } }: Server,
  request_id: string,
): { readonly redirect_to: string; readonly ticket_mac: string } => {
  const ticket = randomBytes(32).toString('base64url')
  const redirect_to = endpoint(issuer, prefix, `interactions/${request_id}/resume?ticket=${ticket}`)
  return { redirect_to, ticket_mac: ticketMac(ticket, request_id) }
}

/**
 * GET /oauth/interactions/:request_id/resume: the browser is back from the app, and takes the decision
 * to the client, once (AZ-15). It is one browser in three places: its cookie shows that it brought the
 * request, the ticket that it is the one the app dealt with. Whoever lured somebody else into deciding
 * has the first and not the second.
 */
export const resume: Handler = async (server, exchange) => {
  if (server.settings.interaction_url === undefined) {
    throw new OAuthError('invalid_request', 'there is nothing at this path', { status: 404 })
  }
  const pending: OpenedRequest = { ...(await openedRequest(server, exchange)), by: 'redirect' }
  const ticket = new URLSearchParams(exchange.search).get('ticket') ?? ''
  const decision = decided(pending, ticket)
  return tellingClient(pending, () => carryOut(pending, decision))
}

const decided = ({ client, stored }: OpenedRequest, ticket: string): KeptDecision => {
  const decision = decisionOf(stored)
  if (decision === undefined) throw requestIsOver(client.client_name)
  const [made, wanted] = [Buffer.from(ticketMac(ticket, stored.request_id)), Buffer.from(decision.ticket_mac)]
  if (made.length === wanted.length && timingSafeEqual(made, wanted)) return decision
  throw requestIsOver(client.client_name)
}

const ticketMac = (ticket: string, request_id: string): string =>
  createHmac('sha256', ticket).update(`decision ${request_id}`).digest('base64url')

const carryOut = async (pending: Pending, decision: KeptDecision): Promise<Answer> => {
  if (decision.kind === 'deny') {
    return refuseToClient(pending, new OAuthError(decision.error, decision.error_description))
  }
  const { sub, username, auth_time, acr, amr, scope, claims, remember, decided_by } = decision
  const outcome = await grant(pending, {
    person: { sub, username, auth_time, acr, amr },
    session_id: null,
    decided_by,
    scope,
    claims,
    answer: remember ? 'remember' : 'once',
  })
  const isRefused = outcome instanceof OAuthError && outcome.page === undefined
  return isRefused ? refuseToClient(pending, outcome) : answerApproval(pending, outcome)
}
