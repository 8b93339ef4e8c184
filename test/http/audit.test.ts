import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { AuditRow } from '../../src/protocol/audit.ts'
import { auditOf, faultsOf, said } from '../_audit.ts'
import { parameters, person, requestOf, signIn, VERIFIER, WEB } from './_authorize.ts'
import { basic, type Credentials, type Harness, openHarness } from './_harness.ts'

let h: Harness
let web: Credentials
let sub: string
let client_id: string
before(async () => {
  h = await openHarness()
  sub = await person(h)
})
beforeEach(async () => {
  web = await h.client(WEB)
  client_id = web.client_id
})
after(() => h.close())

/** The rows that `doing` has left. */
const rowsOf = async (doing: () => Promise<unknown>): Promise<readonly AuditRow[]> => {
  const before = (await auditOf(h.server)).length
  await doing()
  return (await auditOf(h.server)).slice(before)
}

const redeem = (code: string) =>
  h.post(
    'token',
    {
      grant_type: 'authorization_code',
      code,
      code_verifier: VERIFIER,
      redirect_uri: 'https://shop.example/cb',
    },
    basic(web),
  )

/** Ana signs in and allows all that is asked; gives the code. */
const allowed = async (): Promise<string> => {
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(web)))
  return parameters(await browser.press(page, 'Allow'))['code'] ?? ''
}

test('LG-02: a sign-in and what was allowed behind it, each with its endpoint and request id', async () => {
  const rows = await rowsOf(allowed)
  const [sign_in, approved] = rows
  assert.deepEqual(
    rows.map(({ type, actor }) => [type, actor]),
    [
      ['sign_in', 'http:sign-in'],
      ['authorization_approved', 'http:authorization_request'],
    ],
  )
  assert.equal(sign_in?.sub, sub)
  assert.deepEqual(
    { ...approved, detail: JSON.parse(approved?.detail ?? '') },
    { ...approved, client_id, sub, detail: { scope: 'orders:read orders:write', answer: 'once' } },
  )
  assert.match(approved?.authorization_id ?? '', /^au_/)
  const ids = h.lines().map((line) => line['request_id'])
  for (const { request_id } of rows) assert.ok(ids.includes(request_id ?? ''), 'found in the log')
})

test('LG-02: a wrong password is written down, of nobody alike, and no name that was typed', async () => {
  const browser = h.browser()
  const page = await browser.get('/oauth/sign-in')
  const rows = await rowsOf(async () => {
    for (const username of ['ana', 'hunter2']) {
      assert.equal((await browser.press(page, 'Sign in', { username, password: 'wrong one' })).status, 401)
    }
  })
  const row = { type: 'sign_in_failed', actor: 'http:sign-in' }
  assert.deepEqual(rows.map(said), [
    { ...row, sub, detail: { reason: 'wrong password' } },
    { ...row, detail: { reason: 'unknown user' } },
  ])
  assert.ok(!JSON.stringify(rows).includes('hunter2'))
})

test('LG-02: who denies, and who takes access back', async () => {
  const rows = await rowsOf(async () => {
    const browser = h.browser()
    await browser.press(await signIn(browser, await browser.get(requestOf(web))), 'Deny')
    await browser.press(await browser.get(requestOf(web)), 'Allow')
    const asked = await browser.press(await browser.get('/oauth/apps'), 'Remove access', { client_id })
    await browser.press(asked, 'Remove access')
  })
  assert.deepEqual(rows.filter(({ type }) => /denied|revoked/.test(type)).map(said), [
    {
      type: 'authorization_denied',
      actor: 'http:authorization_request',
      client_id,
      detail: { error: 'access_denied' },
    },
    { type: 'consent_revoked', actor: 'http:apps_remove', client_id, sub, detail: { authorizations: 1 } },
  ])
})

test('LG-02, TK-08, RT-08: a code and a refresh token that are used twice, with whose they were', async () => {
  const code = await allowed()
  await redeem(code)
  const [of_code, ...none] = await rowsOf(async () => {
    await redeem(code)
    await redeem(code)
  })
  assert.deepEqual(said(of_code as AuditRow), { type: 'code_reuse', actor: 'http:token', client_id, sub })
  assert.deepEqual(none, [], 'it had ended by the first')
  const refresh = async (refresh_token: unknown) =>
    (await h.post('token', { grant_type: 'refresh_token', refresh_token: String(refresh_token) }, basic(web)))
      .body
  const first = (await redeem(await allowed())).body['refresh_token']
  const [of_refresh] = await rowsOf(async () => {
    const second = await refresh(first)
    await refresh(second['refresh_token'])
    await refresh(first)
  })
  assert.deepEqual(said(of_refresh as AuditRow), {
    type: 'refresh_reuse',
    actor: 'http:token',
    client_id,
    sub,
  })
  assert.match(of_refresh?.authorization_id ?? '', /^au_/)
})

test('LG-02: a client revokes; to issue, to look at and to refresh a token leaves no row', async () => {
  const { access_token, refresh_token } = (await redeem(await allowed())).body
  const token = String(access_token)
  const machine = await h.client()
  const quiet = await rowsOf(async () => {
    await h.token(machine)
    await h.post('introspect', { token }, basic(web))
    await h.post('token', { grant_type: 'refresh_token', refresh_token: String(refresh_token) }, basic(web))
    await h.post('revoke', { token: 'oat_none' }, basic(web))
    await h.post(
      'token',
      { grant_type: 'authorization_code', code: 'x', code_verifier: VERIFIER },
      basic(web),
    )
  })
  assert.deepEqual(quiet, [])
  const rows = await rowsOf(() => h.post('revoke', { token }, basic(web)))
  assert.deepEqual(rows.map(said), [
    {
      type: 'token_revoked',
      actor: 'http:revoke',
      client_id,
      sub,
      detail: { token_type: 'access_token' },
    },
  ])
  assert.deepEqual(await faultsOf(h.server), [])
})
