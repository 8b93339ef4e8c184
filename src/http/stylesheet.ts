import { hash } from 'node:crypto'
import type { Logo } from '../page-files.ts'
import { stylesheet } from '../pages/stylesheet.ts'
import { OAuthError } from '../protocol/error.ts'
import { themeOf } from '../protocol/theme.ts'
import type { Server } from '../server.ts'
import { type Answer, type Exchange, type Handler, NO_STORE } from './answer.ts'

/** What the pages load, under names that change with what is in it. */
export interface PageAssets {
  readonly css: string
  readonly css_name: string
  readonly logo: (Logo & { readonly name: string }) | undefined
}

const made = new WeakMap<object, PageAssets>()

/** The style and the logo of a server, made once. */
export const pageAssets = ({ settings, page_files }: Server): PageAssets => {
  const known = made.get(page_files)
  if (known !== undefined) return known
  const css = stylesheet(themeOf(settings.pages), page_files.css)
  const { logo } = page_files
  const assets = {
    css,
    css_name: `page-${digest(css)}.css`,
    logo: logo === undefined ? undefined : { ...logo, name: `logo-${digest(logo.bytes)}` },
  }
  made.set(page_files, assets)
  return assets
}

/** GET /oauth/page-HASH.css */
export const pageStyle: Handler = (server, exchange) => {
  const { css, css_name } = pageAssets(server)
  return asset(exchange, css, css_name, { 'content-type': 'text/css; charset=utf-8' })
}

/** GET /oauth/logo-HASH: an SVG that is opened by itself runs nothing either. */
export const pageLogo: Handler = (server, exchange) => {
  const { logo } = pageAssets(server)
  if (logo === undefined)
    throw new OAuthError('invalid_request', 'there is nothing at this path', { status: 404 })
  return asset(exchange, logo.bytes, logo.name, {
    'content-type': logo.content_type,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  })
}

/**
 * For ever under its own name. Under another, which a page of a server with another style asks for
 * while both are up, it is given but not kept.
 */
const asset = (
  { request }: Exchange,
  body: NonNullable<Answer['body']>,
  name: string,
  headers: Readonly<Record<string, string>>,
): Answer => {
  // Not parsed: the Host that begins it is anybody's to write, and may be none.
  const [path = ''] = request.url.split('?')
  const kept = path.endsWith(`/${name}`)
  return {
    status: 200,
    headers: {
      ...headers,
      'x-content-type-options': 'nosniff',
      ...(kept ? { 'cache-control': 'public, max-age=31536000, immutable' } : NO_STORE),
    },
    body,
  }
}

const digest = (content: string | Uint8Array): string => hash('sha256', content, 'base64url').slice(0, 16)
