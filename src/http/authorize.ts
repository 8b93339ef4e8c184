import { examined, identified } from '../authorizations.ts'
import { OAuthError } from '../protocol/error.ts'
import { type LooseForm, parseLoosely } from '../protocol/loose-form.ts'
import type { Server } from '../server.ts'
import { type Answer, type Exchange, empty, type Handler, NO_STORE } from './answer.ts'
import { type Pending, proceed, sendToClient } from './authorization-step.ts'
import { readLooseForm } from './body.ts'
import { browserOf } from './browser.ts'
import { handOver } from './hand-over.ts'
import { basePath } from './page.ts'
import { toldRefusal } from './refuse.ts'

/** GET /oauth/authorize (OAuth 2.1 section 4.1.1). */
export const authorize: Handler = (server, exchange) =>
  answered(server, exchange, parseLoosely(exchange.search), 'redirect', (asked) => {
    const browser = browserOf(server, exchange)
    const pending: Pending = { ...asked, server, exchange, browser, stored: undefined, by: 'redirect' }
    const { interaction_url } = server.settings
    return interaction_url === undefined ? proceed(pending) : handOver(pending, interaction_url)
  })

/**
 * POST /oauth/authorize: the same by a form of the client's (HTTP-02). A browser sends no cookie of ours
 * with another site's form, so what is sound comes again as a GET, which it sends them with.
 */
export const authorizeByForm: Handler = async (server, exchange) => {
  const form = await readLooseForm(server, exchange)
  return answered(server, exchange, form, 'page', async () => {
    const known = [...form.values].filter(([name]) => KNOWN.has(name))
    const resource = form.resource.map((uri): [string, string] => ['resource', uri])
    const query = new URLSearchParams([...known, ...resource])
    const location = `${basePath(server)}/authorize?${query}`
    if (location.length > LOCATION_LIMIT) {
      throw new OAuthError('invalid_request', 'the parameters are too long for a URL')
    }
    return empty(303, { ...NO_STORE, location })
  })
}

/** HTTP-06: what is not known is ignored, and not carried on. */
const KNOWN: ReadonlySet<string> = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'ui_locales',
])

/** HTTP-09: a head of 16 KiB is refused, and a browser has more to say in it than the URL. */
const LOCATION_LIMIT = 12_288

/** A request whose client, and whose every parameter, is sound. */
type Asked = Pick<Pending, 'client' | 'request'>

const answered = async (
  server: Server,
  exchange: Exchange,
  form: LooseForm,
  by: Pending['by'],
  goOn: (asked: Asked) => Promise<Answer>,
): Promise<Answer> => {
  const who = await identified(server, form, exchange)
  const { client, redirect_uri } = who
  exchange.note['client_id'] = client.client_id
  try {
    return await goOn({ client, request: await examined(server, form, who) })
  } catch (thrown) {
    // AZ-07: from here on the client is told whatever happens, our own faults too.
    const request = { redirect_uri, state: form.values.get('state') ?? null }
    return sendToClient({ server, exchange, by, request }, toldRefusal(server.log, exchange, thrown))
  }
}
