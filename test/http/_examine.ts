/** What holds for every answer, whatever was asked. */
import assert from 'node:assert/strict'
import { ALWAYS, OPERATIONS } from '../../src/http/operations.ts'
import { routes } from '../../src/http/routes.ts'
import type { Answered, LogLine } from './_harness.ts'

/** ERR-02: what an `error` or `error_description` may be made of. */
const SHOWABLE = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/

/** What only an endpoint for people may answer with. */
const PAGE_ROUTES: ReadonlySet<unknown> = new Set(
  routes().flatMap(({ name, refusals }) => (refusals === 'page' ? [name] : [])),
)

/** What no answer may lack, whatever was asked (ERR-01, ERR-02, ERR-09, HTTP-07, HTTP-10, HTTP-14). */
export const examine = (answered: Answered, lines: readonly LogLine[]): void => {
  const { status, headers, text, body } = answered
  const request_id = headers.get('x-request-id') ?? ''
  assert.match(request_id, /^[\w-]{16}$/)
  const told = lines.filter((line) => line['request_id'] === request_id && line['msg'] === 'request')
  assert.deepEqual(
    told.map((line) => line['status']),
    [status],
    'one line of the log for one answer',
  )
  examineStatus(told[0])
  for (const name of ['content-encoding', 'access-control-allow-credentials']) {
    assert.equal(headers.get(name), null, name)
  }
  if (PAGE_ROUTES.has(told[0]?.['route'])) {
    examinePage(answered)
    return
  }
  for (const name of ['set-cookie', 'location']) assert.equal(headers.get(name), null, name)
  if (status < 400) return
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('pragma'), 'no-cache')
  if (text === '' || 'status' in body) return
  assert.equal(headers.get('content-type'), 'application/json')
  // RFC 6750 section 3.1: who brought no token is told of no error.
  assert.deepEqual(Object.keys(body), 'hint' in body ? ['hint'] : ['error', 'error_description'])
  for (const words of Object.values(body)) assert.match(String(words), SHOWABLE)
}

/** GET /oauth/openapi.json tells of every status that anybody sees. */
const examineStatus = ({ route, method, status }: LogLine = {}): void => {
  const operation = OPERATIONS[`${method === 'HEAD' ? 'GET' : method} ${route}`]
  if (operation === undefined) return
  const told = [...Object.keys(operation.answers).map(Number), ...operation.refusals, ...ALWAYS]
  assert.ok(told.includes(Number(status)), `${method} ${route} answers ${status}, which openapi.json lacks`)
}

/** What no answer to a person may lack (CORS-01, HTTP-10, PG-01, PG-04). */
const examinePage = ({ status, headers, text }: Answered): void => {
  assert.equal(headers.get('access-control-allow-origin'), null)
  if (status === 204) return
  assert.equal(headers.get('cache-control'), 'no-store')
  for (const cookie of headers.getSetCookie()) {
    assert.match(cookie, /; HttpOnly(; Secure)?; SameSite=Lax$/)
    assert.match(cookie, /; Path=\//)
  }
  const isRedirect = status === 302 || status === 303
  assert.equal(headers.get('location') !== null, isRedirect)
  if (isRedirect) return
  assert.equal(headers.get('content-type'), 'text/html; charset=utf-8')
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none';.*frame-ancestors 'none'/)
  assert.equal(headers.get('x-frame-options'), 'DENY')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('referrer-policy'), 'same-origin')
  const markup = text.replace(/="[^"]*"/g, '=""')
  assert.doesNotMatch(markup, /<script|<[^>]*\s(?:on\w+|style)=/i)
}
