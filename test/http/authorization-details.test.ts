/** RFC 9396: what is asked for in detail, from the request to what introspection says. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { updateClient } from '../../src/clients.ts'
import type { AuthorizationDetail } from '../../src/protocol/authorization-details.ts'
import { readDetailTypes } from '../../src/protocol/detail-types.ts'
import {
  CALLBACK,
  heading,
  ledTo,
  parameters,
  person,
  requestOf,
  signIn,
  VERIFIER,
  WEB,
} from './_authorize.ts'
import type { TestBrowser } from './_browser.ts'
import { type Answered, basic, type Credentials, type Harness, openHarness } from './_harness.ts'

const BANK = 'https://bank.example'
const PAYMENT = {
  type: 'payment_initiation',
  locations: [BANK],
  actions: ['initiate', 'status'],
  amount: { currency: 'EUR', value: '123.50' },
} as const satisfies AuthorizationDetail
const ACCOUNT = { type: 'account_information' } as const satisfies AuthorizationDetail
const DETAILS = JSON.stringify([PAYMENT, ACCOUNT])
const TYPES = [PAYMENT.type, ACCOUNT.type]

let h: Harness
before(async () => {
  const authorization_details = readDetailTypes({
    payment_initiation: { title: 'Start a payment' },
    account_information: { title: 'See your accounts' },
  })
  h = await openHarness({ authorization_details })
  await person(h)
})
after(() => h.close())

const shop = (types: readonly string[] = TYPES): Promise<Credentials> =>
  h.client({ ...WEB, authorization_details_types: types })

/** Ana allows what the page asks. */
const allowed = async (browser: TestBrowser, page: Answered): Promise<string> => {
  const code = parameters(await browser.press(page, 'Allow'))['code']
  assert.ok(code)
  return code
}

const redeemed = (client: Credentials, code: string, more: Readonly<Record<string, string>> = {}) =>
  h.post(
    'token',
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...more },
    basic(client),
  )

const introspected = async (client: Credentials, token: unknown): Promise<Answered['body']> =>
  (await h.post('introspect', { token: String(token) }, basic(client))).body

test('RR-01, RR-02: what is allowed in detail is in the answer, in introspection and in what is refreshed', async () => {
  const client = await shop()
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client, { authorization_details: DETAILS })))
  for (const words of ['Start a payment', '123.50', 'See your accounts']) assert.ok(page.text.includes(words))
  const { body } = await redeemed(client, await allowed(browser, page))
  assert.deepEqual(body['authorization_details'], [PAYMENT, ACCOUNT])
  const seen = await introspected(client, body['access_token'])
  assert.deepEqual(seen['authorization_details'], [PAYMENT, ACCOUNT])
  const refreshed = await h.post(
    'token',
    { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) },
    basic(client),
  )
  assert.deepEqual(refreshed.body['authorization_details'], [PAYMENT, ACCOUNT])
})

test('RR-03: a token request may narrow, and what is refused has used up no code', async () => {
  const client = await shop()
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client, { authorization_details: DETAILS })))
  const code = await allowed(browser, page)
  const more = JSON.stringify([{ ...PAYMENT, amount: { currency: 'EUR', value: '999.00' } }])
  const refused = await redeemed(client, code, { authorization_details: more })
  assert.equal(refused.status, 400)
  assert.equal(refused.body['error'], 'invalid_authorization_details')
  const less = [{ ...PAYMENT, actions: ['status'] }]
  const { body } = await redeemed(client, code, { authorization_details: JSON.stringify(less) })
  assert.deepEqual(body['authorization_details'], less)
})

test('RR-03: Remember this decision does not hold for what is asked in detail', async () => {
  const client = await shop()
  const browser = h.browser()
  const request = requestOf(client, { authorization_details: DETAILS })
  const page = await signIn(browser, await browser.get(request))
  assert.ok(parameters(await browser.press(page, 'Allow', { remember: '1' }))['code'])
  assert.match(heading(await browser.get(request)), /wants access/)
  assert.ok(parameters(await browser.get(requestOf(client)))['code'])
})

test("RR-01: a type that is not the client's, or that nobody has described, goes back as invalid_authorization_details", async () => {
  for (const [types, asked] of [
    [['account_information'], PAYMENT],
    [['other'], { type: 'other' }],
    [[], ACCOUNT],
  ] as const) {
    const client = await shop(types)
    const answered = await h
      .browser()
      .get(requestOf(client, { authorization_details: JSON.stringify([asked]) }))
    assert.equal(parameters(answered)['error'], 'invalid_authorization_details')
    assert.equal(ledTo(answered)?.searchParams.get('state'), 's 1')
  }
})

test('RR-02: a token for one resource says nothing of what is for another', async () => {
  const client = await shop()
  const browser = h.browser()
  const resource = [BANK, 'https://other.example']
  const request = requestOf(client, { authorization_details: DETAILS, resource })
  const page = await signIn(browser, await browser.get(request))
  const code = await allowed(browser, page)
  const { body } = await redeemed(client, code, { resource: 'https://other.example' })
  assert.deepEqual(body['authorization_details'], [ACCOUNT])
  assert.deepEqual((await introspected(client, body['access_token']))['authorization_details'], [ACCOUNT])
})

test('RR-02, RFC 9396 9.2: of a token for two resources each reads what concerns it', async () => {
  const client = await shop()
  const browser = h.browser()
  const other = 'https://other.example'
  const request = requestOf(client, { authorization_details: DETAILS, resource: [BANK, other] })
  const code = await allowed(browser, await signIn(browser, await browser.get(request)))
  const { body } = await redeemed(client, code)
  const whole = [PAYMENT, ACCOUNT]
  assert.deepEqual(body['authorization_details'], whole)
  for (const [given, seen] of [
    [{ resource: [other] }, [ACCOUNT]],
    [{ resource: [BANK] }, whole],
    [{ introspect: 'any' }, whole],
  ] as const) {
    const api = await h.client({ client_name: 'API', grant_types: ['client_credentials'], ...given })
    assert.deepEqual((await introspected(api, body['access_token']))['authorization_details'], seen)
  }
  assert.deepEqual((await introspected(client, body['access_token']))['authorization_details'], whole)
})

test('CL-02, RR-02: a type that the operator takes back is in no token from then on', async () => {
  const client = await shop()
  const browser = h.browser()
  const grants = async (): Promise<string> =>
    allowed(browser, await browser.get(requestOf(client, { authorization_details: DETAILS })))
  await signIn(browser, await browser.get(requestOf(client)))
  const { refresh_token } = (await redeemed(client, await grants())).body
  const code = await grants()
  const types = { authorization_details_types: [ACCOUNT.type] }
  await updateClient(h.server, client.client_id, () => types)
  assert.deepEqual((await redeemed(client, code)).body['authorization_details'], [ACCOUNT])
  const refresh = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
  const wanted = { ...refresh, authorization_details: JSON.stringify([PAYMENT]) }
  const refused = await h.post('token', wanted, basic(client))
  assert.equal(refused.body['error'], 'invalid_authorization_details', refused.text)
  const refreshed = await h.post('token', refresh, basic(client))
  assert.deepEqual(refreshed.body['authorization_details'], [ACCOUNT], refreshed.text)
})

test('RR-01: client_credentials asks for the types of its client alone', async () => {
  const machine = { client_name: 'M', grant_types: ['client_credentials'], scope: 'a' }
  const client = await h.client({ ...machine, authorization_details_types: ['account_information'] })
  const ask = (details: unknown): Promise<Answered> =>
    h.post(
      'token',
      { grant_type: 'client_credentials', authorization_details: JSON.stringify(details) },
      basic(client),
    )
  assert.deepEqual((await ask([ACCOUNT])).body['authorization_details'], [ACCOUNT])
  assert.equal((await ask([PAYMENT])).body['error'], 'invalid_authorization_details')
  assert.equal((await ask('x')).body['error'], 'invalid_authorization_details')
})
