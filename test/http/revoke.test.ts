import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assemble, PREFIX, parseToken, SECRET_LENGTH } from '../../src/protocol/token-form.ts'
import { type Answered, basic, type Credentials, openHarness, PUBLIC_CLIENT, START } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const drop = (client: Credentials, token: string): Promise<Answered> =>
  h.post('revoke', { token }, basic(client))

const isActive = async (client: Credentials, token: string): Promise<unknown> =>
  (await h.post('introspect', { token }, basic(client))).body['active']

/** RV-01: 200, nothing in it, nothing stored. */
const assertDone = ({ status, text, headers }: Answered): void => {
  assert.equal(status, 200)
  assert.equal(text, '')
  assert.equal(headers.get('content-type'), null)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('pragma'), 'no-cache')
}

test('RV-01, RV-02: a revoked token is inactive on the next request, and no other token is', async () => {
  const client = await h.client()
  const [token, other] = [await h.token(client), await h.token(client)]
  assert.equal(await isActive(client, token), true)
  assertDone(await drop(client, token))
  assert.equal(await isActive(client, token), false)
  assert.equal(await isActive(client, other), true)
})

test('RV-01: revoking twice, an expired, an unknown or a malformed token is 200 too', async () => {
  const client = await h.client()
  const token = await h.token(client)
  const short = await h.client({ access_token_ttl: 1 })
  const expired = await h.token(short)
  assertDone(await drop(client, token))
  assertDone(await drop(client, token))
  for (const wrong of ['x', ' ', `${token}A`, token.slice(0, 50), client.client_secret, 'y'.repeat(32_768)]) {
    assertDone(await drop(client, wrong))
  }
  h.clock.at = START + 1000
  assertDone(await drop(short, expired))
  h.clock.at = START
})

test('RV-03: a token_type_hint that is wrong or unknown does not matter', async () => {
  const client = await h.client()
  for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense', '']) {
    const token = await h.token(client)
    assertDone(await h.post('revoke', { token, token_type_hint }, basic(client)))
    assert.equal(await isActive(client, token), false)
  }
})

test('RV-04: the token of another client is invalid_grant and stays active', async () => {
  const [client, stranger] = [await h.client(), await h.client({ introspect: 'any' })]
  const { client_id } = await h.client(PUBLIC_CLIENT)
  const token = await h.token(client)
  for (const answered of [await drop(stranger, token), await h.post('revoke', { token, client_id })]) {
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_grant'])
  }
  assert.equal(await isActive(client, token), true)
})

test('RV-04: whoever guesses the id of a token but not its secret is told nothing', async () => {
  const [client, stranger] = [await h.client(), await h.client()]
  const token = await h.token(client)
  const { id = '' } = parseToken(token) ?? {}
  const guessed = assemble(PREFIX.access_token, id, 'g'.repeat(SECRET_LENGTH))
  assert.notEqual(parseToken(guessed), undefined)
  assertDone(await drop(stranger, guessed))
  assertDone(await drop(client, guessed))
  assert.equal(await isActive(client, token), true)
})

test('RV-05: a missing or empty token is invalid_request, after the client has authenticated', async () => {
  const client = await h.client()
  for (const form of [{}, { token: '' }, { token_type_hint: 'access_token' }]) {
    const answered = await h.post('revoke', form, basic(client))
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_request'])
    assert.equal((await h.post('revoke', form)).body['error'], 'invalid_client')
  }
})

test('RV-07: what one server does with a token holds for the next request at another on the same file', async () => {
  const other = await h.another({ issuer: 'https://other.example' })
  const client = await h.client()
  const [here, there] = [await h.token(client), await h.token(client)]
  const at = (server: typeof other, token: string): Promise<Answered> =>
    h.post('introspect', { token }, basic(client), server)
  assert.equal((await at(other, here)).body['active'], true)
  await drop(client, here)
  assert.deepEqual((await at(other, here)).body, { active: false })
  assertDone(await h.post('revoke', { token: there }, basic(client), other))
  assert.deepEqual((await at(h.server, there)).body, { active: false })
})
