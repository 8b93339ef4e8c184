import { errorPage } from '../pages/error.ts'
import type { OAuthError, PageKind, Sent } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import type { Answer, Exchange } from './answer.ts'
import { htmlPage, siteOf } from './page.ts'
import { refusalHeaders, toldRefusal } from './refuse.ts'

/** The error map of the pages: the same refusals as in JSON, as a person may read them. */
export const refusePage = (
  server: Server,
  exchange: Exchange,
  thrown: unknown,
  headers?: Readonly<Record<string, string>>,
): Answer => {
  const refusal = toldRefusal(server.log, exchange, thrown)
  const kind = kindOf(refusal)
  const { told, error, error_description } = refusal
  const query = new URLSearchParams(exchange.search)
  const developer = FOR_DEVELOPERS.has(kind)
    ? { error, error_description, ...(told?.sent ?? sentIn(query)) }
    : undefined
  const page = errorPage(siteOf(server, exchange, only(query, 'ui_locales')), {
    kind,
    client_name: told?.client_name,
    request_id: exchange.request_id,
    developer,
  })
  return htmlPage(page, {
    status: refusal.status,
    headers: { ...refusalHeaders(exchange, refusal), ...headers },
  })
}

/** Of these a developer can do something about. */
const FOR_DEVELOPERS: ReadonlySet<PageKind> = new Set(['client', 'redirect', 'request'])

const kindOf = ({ page, status }: OAuthError): PageKind => {
  if (page !== undefined) return page
  if (status === 404) return 'missing'
  if (status === 429) return 'limited'
  if (status === 503) return 'busy'
  return status >= 500 ? 'fault' : 'request'
}

const sentIn = (query: URLSearchParams): Sent => ({
  client_id: only(query, 'client_id'),
  redirect_uri: only(query, 'redirect_uri'),
})

/** A parameter that was sent twice is none. */
const only = (query: URLSearchParams, name: string): string | undefined => {
  const all = query.getAll(name)
  return all.length === 1 ? all[0] : undefined
}
