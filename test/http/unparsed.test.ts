import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCounters } from '../../src/counters.ts'
import { refuseUnparsed } from '../../src/http/unparsed.ts'

/** What is told on a connection and to the log when Node's parser refuses with `code`. */
const refused = (
  code: string,
  connection: { writable?: boolean; _httpMessage?: { headersSent: boolean } } = {},
): { text: string; logged: number; destroyed: number } => {
  const seen = { text: '', logged: 0, destroyed: 0 }
  const log = { info: () => (seen.logged += 1), warn() {}, error() {} }
  refuseUnparsed({ log, counters: createCounters() })(
    { code },
    {
      writable: true,
      ...connection,
      end(text, done) {
        seen.text += text
        done()
      },
      destroy: () => (seen.destroyed += 1),
    },
  )
  return seen
}

test('ERR-01: each refusal of the parser says what was wrong', () => {
  for (const [code, status, words] of [
    ['HPE_INVALID_METHOD', 400, /not well formed HTTP/],
    ['HPE_HEADER_OVERFLOW', 431, /URL or the headers .* too long/],
    ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413, /chunk extensions are too long/],
    ['ERR_HTTP_REQUEST_TIMEOUT', 408, /did not arrive in time/],
  ] as const) {
    const { text, logged, destroyed } = refused(code)
    const [head = '', body = ''] = text.split('\r\n\r\n')
    assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head)
    assert.ok(head.includes(`content-length: ${Buffer.byteLength(body)}\r\n`), head)
    assert.match(body, words)
    assert.deepEqual([logged, destroyed], [1, 1])
  }
})

test('HTTP-18: a peer that is gone is told nothing and leaves no line', () => {
  for (const seen of [refused('ECONNRESET'), refused('HPE_INVALID_METHOD', { writable: false })]) {
    assert.deepEqual(seen, { text: '', logged: 0, destroyed: 1 })
  }
})

test('RFC 9112 9.3.2: nothing is written into an answer that has begun', () => {
  const begun = refused('HPE_INVALID_METHOD', { _httpMessage: { headersSent: true } })
  assert.deepEqual(begun, { text: '', logged: 0, destroyed: 1 })
  assert.equal(refused('HPE_INVALID_METHOD', { _httpMessage: { headersSent: false } }).logged, 1)
})
