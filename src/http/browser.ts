import { createHmac, timingSafeEqual } from 'node:crypto'
import { randomBytes } from '../crypto/random.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import type { Server } from '../server.ts'
import type { Exchange } from './answer.ts'
import { cookie, readCookie } from './cookie.ts'

/** One browser, known by a secret that only it has; nobody need be signed in. */
export interface Browser {
  readonly secret: string
  /** Set-Cookie values to send with the answer: one when the browser is new, else none. */
  readonly cookies: readonly string[]
}

/** 256 bits in base64url. */
const SECRET = /^[\w-]{43}$/

/** The browser that sent a request; one without our cookie is given a secret. */
export const browserOf = (server: Server, exchange: Exchange): Browser => {
  const known = readCookie(server, exchange, 'browser', SECRET)
  if (known !== undefined) return { secret: known, cookies: [] }
  const secret = randomBytes(32).toString('base64url')
  return { secret, cookies: [cookie(server, 'browser', secret)] }
}

/** What binds a pending request to the browser that brought it (column `browser_mac`). */
export const bindingMac = ({ secret }: Browser, request_id: string): string =>
  mac(secret, `request ${request_id}`)

/** PG-03: what our forms carry and another site's cannot: it follows from the cookie, and does not reveal it. */
export const csrfToken = ({ secret }: Browser): string => mac(secret, 'form')

/**
 * PG-03: a form is taken only from a page of ours, in the browser that page was made for.
 *
 * @throws {OAuthError} shown as the page `forged`, 403
 */
export const checkForm = (server: Server, exchange: Exchange, form: Form, browser: Browser): void => {
  if (!isFromOurPage(server, exchange)) throw forged('the form comes from another origin')
  if (!isEqual(form.values.get('csrf') ?? '', csrfToken(browser))) throw forged('csrf does not match')
}

/**
 * A browser that sends Sec-Fetch-Site is believed; else Origin decides. Both are out of reach of
 * scripts. Behind a proxy our Host may be another than the issuer's, so either is ours.
 */
const isFromOurPage = ({ settings }: Server, { request }: Exchange): boolean => {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  const [from, issuer] = [new URL(origin), new URL(settings.issuer)]
  // A page of the same host over plain http is anybody's on the way.
  if (from.protocol !== issuer.protocol) return false
  return from.host === issuer.host || from.host === hostOf(request)
}

/** RFC 9110 7.2: the Host header, as anybody may write it; `undefined` when it names no host. */
const hostOf = ({ url }: Request): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined)

const forged = (cause: string): OAuthError =>
  new OAuthError('access_denied', 'this form was not sent from its page', { cause, page: 'forged' })

const mac = (secret: string, words: string): string =>
  createHmac('sha256', secret).update(words).digest('base64url')

const isEqual = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
