import type { Site } from '../pages/site.ts'
import { chooseLanguage } from '../pages/text/languages.ts'
import { splitUri } from '../protocol/uri.ts'
import type { Server } from '../server.ts'
import { type Answer, type Exchange, NO_STORE } from './answer.ts'
import { pageAssets } from './stylesheet.ts'

/**
 * PG-01, PG-02: nothing runs, nothing is loaded but our style and logo, nothing frames a page of ours,
 * and its forms go nowhere else. `same-origin`, since with `no-referrer` a browser sends our own
 * forms with `Origin: null`.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  ...NO_STORE,
}

/** A page as an answer. */
export const htmlPage = (
  body: string,
  more: {
    readonly status?: number
    readonly cookies?: readonly string[]
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Answer => ({
  status: more.status ?? 200,
  headers: { ...PAGE_HEADERS, ...more.headers },
  body,
  ...(more.cookies === undefined || more.cookies.length === 0 ? {} : { cookies: more.cookies }),
})

/** The path of the pages: the issuer's own, then the prefix. */
export const basePath = ({ settings }: Server): string =>
  `${splitUri(settings.issuer).path.replace(/\/+$/, '')}/${settings.prefix}`

/**
 * What a page is told of this server, in the language of who asks.
 *
 * @param ui_locales of the authorization request, when the page belongs to one
 */
export const siteOf = (server: Server, { request }: Exchange, ui_locales?: string | null): Site => {
  const { issuer, pages } = server.settings
  const { css_name, logo } = pageAssets(server)
  const base = basePath(server)
  const { lang, dir, t } = chooseLanguage(ui_locales ?? undefined, request.headers.get('accept-language'))
  return {
    name: pages.name ?? new URL(issuer).host,
    base,
    stylesheet: `${base}/${css_name}`,
    logo: logo === undefined ? undefined : `${base}/${logo.name}`,
    links: pages,
    lang,
    dir,
    t,
  }
}
