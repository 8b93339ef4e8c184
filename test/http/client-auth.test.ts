import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createClient, revoke, rotateSecret } from '../../src/clients.ts'
import { createRegistry } from '../../src/store/registry.ts'
import type { Work } from '../../src/store/work.ts'
import { type Answered, basic, type Credentials, openHarness, PUBLIC_CLIENT } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const ENDPOINTS = ['token', 'revoke', 'introspect']
const WORK = { grant_type: 'client_credentials', token: 'unknown' }
const ASSERTION = {
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: 'eyJhbGciOiJub25lIn0.e30.not-in-the-log',
}
h.hide(ASSERTION.client_assertion)

const said = ({ status, body }: Answered): readonly unknown[] => [status, body['error']]

const INVALID_REQUEST = [400, 'invalid_request']
const INVALID_CLIENT = [401, 'invalid_client']

test('CA-01, CA-02: client_secret_post and client_secret_basic work at every endpoint', async () => {
  const client = await h.client()
  for (const endpoint of ENDPOINTS) {
    assert.equal((await h.post(endpoint, { ...WORK, ...client })).status, 200, endpoint)
    assert.equal((await h.post(endpoint, WORK, basic(client))).status, 200, endpoint)
    const lower = { authorization: basic(client).authorization.replace('Basic', 'bAsIc ') }
    assert.equal((await h.post(endpoint, WORK, lower)).status, 200, endpoint)
  }
})

test('CA-02: id and secret of Basic are form-decoded after base64', async () => {
  const chosen: Credentials = {
    client_id: 'odd.client~1',
    client_secret: 'p%41 ss+word:with/colon&%'.replace(' ', ''),
  }
  await createClient(h.server, { client_name: 'Odd', grant_types: ['client_credentials'] }, chosen)
  const encoded = {
    client_id: encodeURIComponent(chosen.client_id).replace('.', '%2E'),
    client_secret: encodeURIComponent(chosen.client_secret),
  }
  h.hide(chosen.client_secret, basic(chosen).authorization, basic(encoded).authorization)
  assert.equal((await h.post('token', WORK, basic(encoded))).status, 200)
  assert.equal((await h.post('token', { ...WORK, ...chosen })).status, 200)
  const plain = { client_id: chosen.client_id, client_secret: 'p%41ss+word:with/colon&' }
  assert.deepEqual(said(await h.post('token', WORK, basic(plain))), INVALID_CLIENT)
})

test('CA-03: generated ids and secrets are the same with and without form encoding', async () => {
  for (let count = 0; count < 20; count += 1) {
    const { client_id, client_secret } = await h.client()
    assert.match(client_id, /^[A-Za-z0-9_-]+$/)
    assert.match(client_secret, /^[A-Za-z0-9_-]+$/)
  }
})

test('CA-04: two mechanisms in one request are invalid_request, with equal values too', async () => {
  const client = await h.client()
  for (const endpoint of ENDPOINTS) {
    const tries = [
      await h.post(endpoint, { ...WORK, ...client }, basic(client)),
      await h.post(endpoint, { ...WORK, client_secret: client.client_secret }, basic(client)),
      await h.post(endpoint, { ...WORK, ...ASSERTION }, basic(client)),
      await h.post(endpoint, { ...WORK, ...ASSERTION, ...client }),
      await h.post(endpoint, { ...WORK, ...client }, { authorization: `Bearer ${await h.token(client)}` }),
    ]
    for (const answered of tries) assert.deepEqual(said(answered), INVALID_REQUEST, endpoint)
  }
})

test('CA-05: a client_id beside Basic must be the same one', async () => {
  const [client, other] = [await h.client(), await h.client()]
  for (const endpoint of ENDPOINTS) {
    const same = await h.post(endpoint, { ...WORK, client_id: client.client_id }, basic(client))
    assert.equal(same.status, 200)
    const differing = await h.post(endpoint, { ...WORK, client_id: other.client_id }, basic(client))
    assert.deepEqual(said(differing), INVALID_REQUEST)
  }
})

test('CA-06: a confidential client that does not authenticate is invalid_client', async () => {
  const { client_id } = await h.client()
  for (const endpoint of ENDPOINTS) {
    for (const form of [WORK, { ...WORK, client_id }, { ...WORK, client_id, client_secret: '' }]) {
      assert.deepEqual(said(await h.post(endpoint, form)), INVALID_CLIENT)
    }
  }
  assert.deepEqual(said(await h.post('token', WORK, basic({ client_id, client_secret: '' }))), INVALID_CLIENT)
})

test('CA-06: a public client names itself, and is refused as soon as it shows a secret', async () => {
  const { client_id } = await h.client(PUBLIC_CLIENT)
  assert.equal((await h.post('revoke', { token: 'unknown', client_id })).status, 200)
  const client_secret = 'a-secret-that-it-does-not-have'
  h.hide(client_secret)
  assert.deepEqual(
    said(await h.post('revoke', { token: 'unknown', client_id, client_secret })),
    INVALID_CLIENT,
  )
  assert.deepEqual(
    said(await h.post('revoke', { token: 'unknown' }, basic({ client_id, client_secret }))),
    INVALID_CLIENT,
  )
})

test('CA-07: a method named at registration is enforced exactly', async () => {
  const byBasic = await h.client({ token_endpoint_auth_method: 'client_secret_basic' })
  const byPost = await h.client({ token_endpoint_auth_method: 'client_secret_post' })
  for (const endpoint of ENDPOINTS) {
    assert.equal((await h.post(endpoint, WORK, basic(byBasic))).status, 200)
    assert.equal((await h.post(endpoint, { ...WORK, ...byPost })).status, 200)
    assert.deepEqual(said(await h.post(endpoint, { ...WORK, ...byBasic })), INVALID_CLIENT)
    assert.deepEqual(said(await h.post(endpoint, WORK, basic(byPost))), INVALID_CLIENT)
  }
})

test('CA-07, JA-01: an assertion authenticates nobody here, and half of one is invalid_request', async () => {
  const { client_id } = await h.client()
  const { client_assertion, client_assertion_type } = ASSERTION
  assert.deepEqual(said(await h.post('token', { ...WORK, ...ASSERTION, client_id })), INVALID_CLIENT)
  assert.deepEqual(said(await h.post('token', { ...WORK, ...ASSERTION })), INVALID_CLIENT)
  assert.deepEqual(said(await h.post('token', { ...WORK, client_id, client_assertion })), INVALID_REQUEST)
  assert.deepEqual(
    said(await h.post('token', { ...WORK, client_id, client_assertion_type })),
    INVALID_REQUEST,
  )
})

test('CA-10: failed authentication consumes nothing', async () => {
  const client = await h.client()
  const token = await h.token(client)
  const wrong = { ...client, client_secret: `${client.client_secret.slice(0, -1)}!` }
  h.hide(wrong.client_secret)
  assert.deepEqual(said(await h.post('revoke', { token }, basic(wrong))), INVALID_CLIENT)
  const { body } = await h.post('introspect', { token }, basic(client))
  assert.equal(body['active'], true)
})

test('CA-11: a revoked client is refused at every endpoint and its tokens are inactive at once', async () => {
  const [client, reader] = [await h.client(), await h.client({ introspect: 'any' })]
  const token = await h.token(client)
  await revoke(h.server, client.client_id)
  for (const endpoint of ENDPOINTS) {
    assert.deepEqual(said(await h.post(endpoint, WORK, basic(client))), INVALID_CLIENT)
    assert.deepEqual(said(await h.post(endpoint, { ...WORK, ...client })), INVALID_CLIENT)
  }
  const { body } = await h.post('introspect', { token }, basic(reader))
  assert.deepEqual(body, { active: false })
})

test('ERR-04: unknown client, wrong secret, wrong method and revoked client cannot be told apart', async () => {
  const [client, gone] = [await h.client(), await h.client()]
  const byPost = await h.client({ token_endpoint_auth_method: 'client_secret_post' })
  const { client_id } = await h.client(PUBLIC_CLIENT)
  await revoke(h.server, gone.client_id)
  const tries = [
    basic({ client_id: 'cl_nobody', client_secret: client.client_secret }),
    basic({ ...client, client_secret: byPost.client_secret }),
    basic(gone),
    basic(byPost),
    basic({ ...client, client_id }),
  ]
  for (const endpoint of ENDPOINTS) {
    const answers = await Promise.all(tries.map((headers) => h.post(endpoint, WORK, headers)))
    const seen = answers.map(({ status, text, headers }) => {
      const { 'x-request-id': _, ...same } = Object.fromEntries(headers)
      return JSON.stringify([status, text, same])
    })
    assert.equal(new Set(seen).size, 1, [...new Set(seen)].join('\n'))
    assert.deepEqual(said(answers[0] ?? (await h.post(endpoint, WORK))), INVALID_CLIENT)
  }
})

test('ERR-04: whoever is refused, hashes of the secret were made and compared, as many as a client can have secrets', async () => {
  const client = await h.client()
  const gone = await h.client()
  await revoke(h.server, gone.client_id)
  const { client_id } = await h.client(PUBLIC_CLIENT)
  let compared: string[] = []
  const { secrets } = h.server
  const server = {
    ...h.server,
    secrets: {
      ...secrets,
      pretendToMatch(presented: string) {
        compared.push('pretended')
        return secrets.pretendToMatch(presented)
      },
      matchesClientSecret(...given: Parameters<typeof secrets.matchesClientSecret>) {
        compared.push('compared')
        return secrets.matchesClientSecret(...given)
      },
    },
  }
  const { client_secret } = client
  const rotated = await h.client()
  h.hide((await rotateSecret(h.server, rotated.client_id, { overlap: 60 }))?.client_secret ?? '')
  const byWork: readonly [string, Credentials, readonly string[]][] = [
    ['unknown', { client_id: 'cl_nobody', client_secret }, ['pretended', 'pretended']],
    ['public', { client_id, client_secret }, ['pretended', 'pretended']],
    ['revoked', gone, ['compared', 'pretended']],
    ['wrong secret', { ...client, client_secret: 'a-wrong-secret-0000' }, ['compared', 'pretended']],
    ['two secrets', { ...rotated, client_secret: 'a-wrong-secret-0000' }, ['compared', 'compared']],
  ]
  for (const [who, credentials, work] of byWork) {
    compared = []
    assert.deepEqual(said(await h.post('token', WORK, basic(credentials), server)), INVALID_CLIENT)
    assert.deepEqual(compared, work, who)
  }
})

test('ERR-04: whoever is refused has cost two looks, one that finds a client and one that finds none', async () => {
  const [client, gone] = [await h.client(), await h.client()]
  await revoke(h.server, gone.client_id)
  const wrong = { ...client, client_secret: 'a-wrong-secret-0000' }
  const nobody = { ...wrong, client_id: 'cl_nobody' }
  let looks: boolean[] = []
  const read = async <T>(work: Work<T>): Promise<T> => {
    const found = await h.server.store.read(work)
    looks.push(found !== undefined)
    return found
  }
  const store = { ...h.server.store, read }
  for (const [who, credentials] of Object.entries({ wrong, gone, nobody })) {
    const server = { ...h.server, store, registry: createRegistry(store) }
    for (const when of ['looked for', 'remembered']) {
      looks = []
      assert.deepEqual(said(await h.post('token', WORK, basic(credentials), server)), INVALID_CLIENT)
      assert.deepEqual(looks.toSorted(), [false, true], `${who}, ${when}`)
    }
  }
})

test('ERR-03: invalid_client has a Basic challenge exactly when Authorization was sent', async () => {
  const { client_id, client_secret } = await h.client()
  const wrong = `${client_secret}x`
  for (const endpoint of ENDPOINTS) {
    for (const headers of [basic({ client_id, client_secret: wrong }), { authorization: 'Digest x' }]) {
      const challenged = await h.post(endpoint, WORK, headers)
      assert.deepEqual(said(challenged), INVALID_CLIENT)
      assert.equal(challenged.headers.get('www-authenticate'), 'Basic realm="oauthd"')
    }
    const silent = await h.post(endpoint, { ...WORK, client_id, client_secret: wrong })
    assert.deepEqual(said(silent), INVALID_CLIENT)
    assert.equal(silent.headers.get('www-authenticate'), null)
  }
})
