/** The README of examples/embedded-app, run as it stands, and the whole of the origin's tutorial in it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { oauthd } from '../_process.ts'
import { webBrowser } from '../end-to-end/_web.ts'
import { CHALLENGE, VERIFIER } from '../http/_authorize.ts'
import type { TestBrowser } from '../http/_browser.ts'
import type { Answered } from '../http/_harness.ts'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

const CALLBACK = 'http://127.0.0.1:4000/callback'

const INVOICE = { method: 'POST', body: JSON.stringify({ amount: 120 }) }

const locationOf = ({ headers }: Answered): URL => new URL(headers.get('location') ?? '', 'http://nowhere')

test('contract, library: examples/embedded-app goes the whole way, from a client to the end of its access', async (t) => {
  const { port } = await runDocument(t, clone.path, 'examples/embedded-app/README.md', {
    ports: [3000],
    jobs: [[/app\.ts/, 3000]],
  })
  const app = `http://localhost:${port(3000)}`
  const env = await readFile(join(clone.path, 'erp.env'), 'utf8')
  const lineOf = (name: string): string => new RegExp(`^ERP_${name}=(.+)$`, 'm').exec(env)?.[1] ?? ''
  const [client_id, client_secret] = [lineOf('CLIENT_ID'), lineOf('CLIENT_SECRET')]
  const requestOf = (given: Readonly<Record<string, string>> = {}): string =>
    `${app}/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: CALLBACK,
      state: 's1',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      ...given,
    })}`
  const browser: TestBrowser = webBrowser({ url: app, issuer: app })
  const errorOf = async (given: Readonly<Record<string, string>>): Promise<string | null> =>
    locationOf(await browser.get(requestOf(given))).searchParams.get('error')
  const tokens = async (form: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
    const body = new URLSearchParams({ client_id, client_secret, ...form })
    const answer = await fetch(`${app}/oauth/token`, { method: 'POST', body })
    assert.equal(answer.status, 200)
    return (await answer.json()) as Record<string, string>
  }
  const api = async (token = '', init: RequestInit = {}): Promise<readonly [number, unknown]> => {
    const answer = await fetch(`${app}/api/invoices`, {
      ...init,
      headers: { authorization: `Bearer ${token}` },
    })
    return [answer.status, answer.status < 300 ? await answer.json() : undefined]
  }

  await t.test(
    'contract, library: nobody is told but the person while client or redirect are unknown',
    async () => {
      const lost = await browser.get(requestOf({ redirect_uri: 'https://evil.example/' }))
      assert.equal(lost.status, 400)
      assert.match(lost.text, /This link does not work/)
    },
  )
  assert.equal(await errorOf({ prompt: 'none' }), 'login_required')
  assert.equal(await errorOf({ scope: 'admin' }), 'invalid_scope')

  const sign_in = await browser.get(requestOf())
  assert.match(sign_in.text, /Sign in to Invoices/)
  const wrong = await browser.press(sign_in, 'Sign in', { username: 'ana', password: 'wrong' })
  assert.equal(wrong.status, 401)
  const signed_in = await browser.press(sign_in, 'Sign in', { username: 'ana', password: 'anaanaana' })
  assert.equal(signed_in.status, 303)
  const consent = await browser.get(signed_in.headers.get('location') ?? '')
  assert.match(consent.text, /ERP Connector wants access[\s\S]*invoices\.read[\s\S]*invoices\.write/)
  assert.equal(await errorOf({ prompt: 'none' }), 'consent_required')
  const denied = locationOf(await browser.press(consent, 'Deny'))
  assert.deepEqual(
    [denied.origin + denied.pathname, denied.searchParams.get('error')],
    [CALLBACK, 'access_denied'],
  )
  assert.equal((await browser.press(consent, 'Allow')).status, 400)
  const again = await browser.get(requestOf())
  const allowed = locationOf(await browser.press(again, 'Allow', { scope: 'invoices.read', remember: '1' }))
  assert.deepEqual(
    [allowed.origin + allowed.pathname, allowed.searchParams.get('state'), allowed.searchParams.get('iss')],
    [CALLBACK, 's1', app],
  )
  const code = allowed.searchParams.get('code') ?? ''
  const first = await tokens({ grant_type: 'authorization_code', code, code_verifier: VERIFIER })
  const { access_token = '', refresh_token = '' } = first

  // One of two checkboxes was left checked.
  assert.equal(first['scope'], 'invoices.read')
  assert.equal((await api(access_token, INVOICE))[0], 403)
  assert.deepEqual(await api(access_token), [200, []])
  assert.deepEqual(await api('x'), [401, undefined])

  const introspected = await oauthd(['token:introspect', access_token, '--json'], { cwd: clone.path })
  const { sub, username, tenant } = JSON.parse(introspected.stdout)
  assert.deepEqual([sub, username, tenant], ['user-1', 'ana', 42])

  const second = await tokens({ grant_type: 'refresh_token', refresh_token })
  assert.equal((await api(second['access_token']))[0], 200)
  const remembered = locationOf(await browser.get(requestOf({ scope: 'invoices.read', prompt: 'none' })))
  const unasked = await tokens({
    grant_type: 'authorization_code',
    code: remembered.searchParams.get('code') ?? '',
    code_verifier: VERIFIER,
  })
  const told = await oauthd(['token:introspect', unasked['access_token'] ?? '', '--json'], {
    cwd: clone.path,
  })
  assert.equal(JSON.parse(told.stdout).tenant, 42, 'of whoever was not asked again too')
  assert.equal(await errorOf({ prompt: 'none' }), 'consent_required')
  const more = await browser.get(requestOf({ scope: 'invoices.write' }))
  const grown = locationOf(await browser.press(more, 'Allow', { scope: 'invoices.write' }))
  const code_verifier = VERIFIER
  const writing = {
    grant_type: 'authorization_code',
    code: grown.searchParams.get('code') ?? '',
    code_verifier,
  }
  const third = await tokens(writing)
  assert.deepEqual(await api(third['access_token'], INVOICE), [200, { id: 1, amount: 120 }])
  assert.deepEqual(await api(second['access_token']), [200, [{ id: 1, amount: 120 }]])

  const connected = await browser.get(`${app}/connected`)
  assert.match(connected.text, /ERP Connector: invoices\.read invoices\.write/)
  assert.equal((await browser.press(connected, 'Remove', { client_id })).status, 303)
  assert.equal((await api(second['access_token']))[0], 401)
  assert.equal((await api(access_token))[0], 401)
})
