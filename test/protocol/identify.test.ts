import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Identified, identify, readClientId } from '../../src/protocol/authorization-request.ts'
import type { Client } from '../../src/protocol/client-metadata.ts'
import type { OAuthError } from '../../src/protocol/error.ts'
import { parseLoosely } from '../../src/protocol/loose-form.ts'
import { refusal } from './_refusal.ts'
import { CALLBACK, client, form, type Given } from './_request.ts'

const to = (given: Given, registered: Partial<Client> = {}): Identified =>
  identify(form(given), client(registered))

const onPage = (page: string, run: () => unknown): OAuthError => {
  const refused = refusal('invalid_request', run)
  assert.equal(refused.page, page)
  assert.equal(refused.status, 400)
  return refused
}

test('AZ-02: a client_id that is missing, empty, repeated, unknown or revoked is told on a page', () => {
  onPage('client', () => readClientId(form({ client_id: undefined })))
  onPage('client', () => readClientId(form({ client_id: '' })))
  onPage('client', () => readClientId(parseLoosely('client_id=a&client_id=a')))
  onPage('client', () => identify(form(), undefined))
  onPage('client', () => to({}, { revoked_at: 1 }))
  assert.equal(readClientId(form()), 'cl_1')
})

test('AZ-02, RU-06: a redirect_uri that does not match is told on a page, which has what was sent', () => {
  const evil = 'https://evil.example/'
  const { told, error_description } = onPage('redirect', () => to({ redirect_uri: evil }))
  assert.deepEqual(told, { client_name: 'A', sent: { client_id: 'cl_1', redirect_uri: evil } })
  assert.doesNotMatch(error_description, /evil/)
  onPage('redirect', () => identify(parseLoosely('redirect_uri=a&redirect_uri=a'), client()))
})

test('RU-01: case, slash, port, percent-encoding, query and fragment all count', () => {
  for (const redirect_uri of [
    'https://A.example/cb',
    'https://a.example/cb/',
    'https://a.example:443/cb',
    'https://a.example/%63b',
    'https://a.example/cb?',
    'https://a.example/cb#',
    'https://u@a.example/cb',
    ' https://a.example/cb',
  ]) {
    onPage('redirect', () => to({ redirect_uri }))
  }
  assert.equal(to({}).redirect_uri, CALLBACK)
})

test('RU-02: a loopback redirect matches any port, and the answer goes to the one presented', () => {
  const redirect_uris = ['http://127.0.0.1/cb']
  const redirect_uri = 'http://127.0.0.1:50123/cb'
  assert.equal(to({ redirect_uri }, { redirect_uris }).redirect_uri, redirect_uri)
  for (const other of ['http://localhost:50123/cb', 'http://127.0.0.1:50123/', 'https://127.0.0.1/cb']) {
    onPage('redirect', () => to({ redirect_uri: other }, { redirect_uris }))
  }
})

test('RU-01: of URIs that are not registered none is ever let through', () => {
  const registered = ['https://a.example/cb', 'http://127.0.0.1/cb', 'com.example.app:/cb']
  const uris = fc.oneof(
    fc.constantFrom(...registered),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.integer({ min: 0, max: 70_000 }).map((port) => `http://127.0.0.1:${port}/cb`),
    fc.string(),
  )
  fc.assert(
    fc.property(uris, (redirect_uri) => {
      fc.pre(redirect_uri !== '' && !/[\0\ufffd]/.test(redirect_uri))
      const port = Number(/^http:\/\/127\.0\.0\.1:([1-9]\d*)\/cb$/.exec(redirect_uri)?.[1])
      const fits = registered.includes(redirect_uri) || (port >= 1 && port <= 65_535)
      const run = (): Identified => to({ redirect_uri }, { redirect_uris: registered })
      if (fits) assert.equal(run().redirect_uri, redirect_uri)
      else onPage('redirect', run)
    }),
  )
})

test('AZ-09: redirect_uri may be left out with exactly one that is not loopback, and without openid', () => {
  const missing = { redirect_uri: undefined }
  assert.equal(to(missing).redirect_uri, CALLBACK)
  assert.equal(to(missing, { redirect_uris: ['com.example.app:/cb'] }).redirect_uri, 'com.example.app:/cb')
  onPage('redirect', () => to(missing, { redirect_uris: [CALLBACK, 'https://a.example/2'] }))
  onPage('redirect', () => to(missing, { redirect_uris: ['http://127.0.0.1/cb'] }))
  onPage('redirect', () => to(missing, { redirect_uris: [] }))
  onPage('redirect', () => to({ ...missing, scope: 'a openid' }))
})
