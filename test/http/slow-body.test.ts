/** Bodies that take their time: what is judged is judged when they have come. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { rotateSecret } from '../../src/clients.ts'
import { type Answered, basic, NOW, openHarness, START } from './_harness.ts'

const h = await openHarness()
after(() => h.close())
beforeEach(() => {
  h.clock.at = START
})

const HOUR = 3600

/** Posts a form of which the last byte comes an hour after the head. */
const trickle = (
  endpoint: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> => {
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        h.clock.at += HOUR * 1000
        controller.enqueue(Buffer.from(new URLSearchParams(form).toString()))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return h.send('POST', `/oauth/${endpoint}`, {
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    duplex: 'half',
  })
}

test('TM-02: a token that expires while the body of a request comes is inactive in its answer', async () => {
  const client = await h.client()
  const token = await h.token(client)
  const { body } = await trickle('introspect', { token }, basic(client))
  assert.deepEqual(body, { active: false })
})

test('TM-02, IN-06: a bearer token that expires while the body of a request comes authenticates nobody', async () => {
  const client = await h.client({ scope: 'introspect' })
  const token = await h.token(client)
  const { status, body } = await trickle('introspect', { token }, { authorization: `Bearer ${token}` })
  assert.deepEqual([status, body['error']], [401, 'invalid_token'])
})

test('SEC-02: a secret that ends while the body of a request comes authenticates nobody', async () => {
  const client = await h.client()
  const rotated = await rotateSecret(h.server, client.client_id, { overlap: HOUR })
  h.hide(rotated?.client_secret ?? '')
  for (const endpoint of ['token', 'revoke', 'introspect']) {
    h.clock.at = START
    const { status, body } = await trickle(endpoint, { token: 'none' }, basic(client))
    assert.deepEqual([status, body['error']], [401, 'invalid_client'], endpoint)
  }
})

test('TM-02: a token lives from when the body of its request has come', async () => {
  const client = await h.client()
  const { body } = await trickle('token', { grant_type: 'client_credentials' }, basic(client))
  assert.equal(body['expires_in'], HOUR)
  const asked = await h.post('introspect', { token: String(body['access_token']) }, basic(client))
  assert.deepEqual([asked.body['iat'], asked.body['exp']], [NOW + HOUR, NOW + 2 * HOUR])
})

test('RFC 7009 2.2: a token that expires while the body of its revocation comes is revoked already', async () => {
  const client = await h.client()
  const token = await h.token(client)
  assert.equal((await trickle('revoke', { token }, basic(client))).status, 200)
  assert.equal(h.lines().at(-1)?.['revoked'], 'nothing')
})
