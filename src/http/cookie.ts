import type { Server } from '../server.ts'
import type { Exchange } from './answer.ts'

/** What a browser keeps for us: its own secret, and its session once somebody signed in. */
export type CookieName = 'browser' | 'session'

/**
 * PG-04: with https the name itself forbids a cookie from another host, another path or plain http.
 * Plain http is loopback only (HTTP-16), where browsers know no such names.
 */
export const cookieName = (issuer: string, name: CookieName): string =>
  isHttps(issuer) ? `__Host-oauthd_${name}` : `oauthd_${name}`

const isHttps = (issuer: string): boolean => /^https:/i.test(issuer)

/** The first value of a cookie that has the form of ours; `undefined` when there is none. */
export const readCookie = (
  server: Server,
  { request }: Exchange,
  name: CookieName,
  form: RegExp,
): string | undefined => {
  const wanted = `${cookieName(server.settings.issuer, name)}=`
  return request.headers
    .get('cookie')
    ?.split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(wanted))
    .map((pair) => pair.slice(wanted.length))
    .find((value) => form.test(value))
}

/**
 * A Set-Cookie value (PG-04). Lax, since the browser comes to us from the client's site.
 *
 * @param max_age seconds; 0 takes it away, `undefined` keeps it until the browser is closed
 */
export const cookie = (server: Server, name: CookieName, value: string, max_age?: number): string =>
  [
    `${cookieName(server.settings.issuer, name)}=${value}`,
    'Path=/',
    ...(max_age === undefined ? [] : [`Max-Age=${max_age}`]),
    'HttpOnly',
    ...(isHttps(server.settings.issuer) ? ['Secure'] : []),
    'SameSite=Lax',
  ].join('; ')
