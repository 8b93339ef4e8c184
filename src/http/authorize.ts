import { pushedRequestIsOver } from '../actions/pushed-request.ts'
import { examined, identified } from '../authorizations.ts'
import { authorizationParameters } from '../protocol/authorization-parameters.ts'
import { OAuthError } from '../protocol/error.ts'
import { parseLoosely } from '../protocol/loose-form.ts'
import { type Requested, requestedBy } from '../request-sources.ts'
import type { Server } from '../server.ts'
import type { PushedRequest } from '../store/pushed-request.ts'
import { type Answer, type Exchange, empty, type Handler, NO_STORE } from './answer.ts'
import { type OpenedRequest, openedRequest, tellingClient } from './authorization-request.ts'
import { type Pending, proceed, sendToClient } from './authorization-step.ts'
import { readLooseForm } from './body.ts'
import { browserOf } from './browser.ts'
import { handOver } from './hand-over.ts'
import { basePath } from './page.ts'
import { toldRefusal } from './refuse.ts'

/** GET /oauth/authorize (OAuth 2.1 section 4.1.1). */
export const authorize: Handler = async (server, exchange) => {
  const requested = await requestedBy(server, parseLoosely(exchange.search), exchange)
  const { pushed } = requested
  const opened = pushed === undefined ? undefined : await broughtBefore(server, exchange, pushed)
  if (opened !== undefined) return tellingClient(opened, () => proceedOrHandOver(opened))
  return answered(server, exchange, requested, 'redirect', (asked) => {
    const browser = browserOf(server, exchange)
    const pushed_id = pushed?.pushed_id
    return proceedOrHandOver({
      ...asked,
      server,
      exchange,
      browser,
      stored: undefined,
      pushed_id,
      by: 'redirect',
    })
  })
}

const proceedOrHandOver = (pending: Pending): Promise<Answer> => {
  const { interaction_url } = pending.server.settings
  return interaction_url === undefined ? proceed(pending) : handOver(pending, interaction_url)
}

/** PAR-03: to the browser that brought it first a pushed request stays open until it is answered. */
const broughtBefore = async (
  server: Server,
  exchange: Exchange,
  { used_at, request_id }: PushedRequest,
): Promise<OpenedRequest | undefined> => {
  if (used_at === null) return undefined
  if (request_id === null) throw pushedRequestIsOver()
  const opened = await openedRequest(server, exchange, request_id)
  if (opened.stored.decision !== null) throw pushedRequestIsOver(opened.client.client_name)
  return { ...opened, by: 'redirect' }
}

/**
 * POST /oauth/authorize: the same by a form of the client's (HTTP-02). A browser sends no cookie of ours
 * with another site's form, so what is sound comes again as a GET, which it sends them with.
 */
export const authorizeByForm: Handler = async (server, exchange) => {
  const form = await readLooseForm(server, exchange)
  const requested = await requestedBy(server, form, exchange)
  return answered(server, exchange, requested, 'page', async () => {
    const isHere = requested.form === form
    const query = isHere
      ? authorizationParameters(form)
      : new URLSearchParams([...form.values].filter(([name]) => ELSEWHERE.has(name)))
    const location = `${basePath(server)}/authorize?${query}`
    if (location.length > LOCATION_LIMIT) {
      throw new OAuthError('invalid_request', 'the parameters are too long for a URL')
    }
    return empty(303, { ...NO_STORE, location })
  })
}

/** What leads to parameters that stand elsewhere; beside it nothing counts. */
const ELSEWHERE: ReadonlySet<string> = new Set(['client_id', 'request', 'request_uri'])

/** HTTP-09: a head of 16 KiB is refused, and a browser has more to say in it than the URL. */
const LOCATION_LIMIT = 12_288

/** A request whose client, and whose every parameter, is sound. */
type Asked = Pick<Pending, 'client' | 'request'>

const answered = async (
  server: Server,
  exchange: Exchange,
  requested: Requested,
  by: Pending['by'],
  goOn: (asked: Asked) => Promise<Answer>,
): Promise<Answer> => {
  const { form } = requested
  const who = await identified(server, form, exchange)
  const { client, redirect_uri } = who
  exchange.note['client_id'] = client.client_id
  try {
    return await goOn({ client, request: await examined(server, requested, who) })
  } catch (thrown) {
    if (thrown instanceof OAuthError && thrown.page !== undefined) throw thrown
    // AZ-07: from here on the client is told whatever happens, our own faults too.
    const request = { redirect_uri, state: form.values.get('state') ?? null }
    return sendToClient({ server, exchange, by, request }, toldRefusal(server.log, exchange, thrown))
  }
}
