/** The Authorization header in all its broken forms (RFC 7617 section 2, RFC 6749 section 2.3.1). */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answered, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const WORK = { grant_type: 'client_credentials', token: 'unknown' }
const ENDPOINTS = ['token', 'revoke', 'introspect']

const { client_id: ID, client_secret: SECRET } = await h.client()

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')

/** The same header at every endpoint. */
const ask = async (authorization: string): Promise<readonly Answered[]> => {
  h.hide(authorization)
  return Promise.all(ENDPOINTS.map((endpoint) => h.post(endpoint, WORK, { authorization })))
}

const refused = async (
  cases: Readonly<Record<string, string>>,
  expected: readonly unknown[],
): Promise<void> => {
  for (const [name, authorization] of Object.entries(cases)) {
    for (const { status, body, headers } of await ask(authorization)) {
      assert.deepEqual([status, body['error']], expected, name)
      const challenge = status === 401 ? 'Basic realm="oauthd"' : null
      assert.equal(headers.get('www-authenticate'), challenge, name)
    }
  }
}

const octets = (...parts: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))

test('RFC 7617 2: Basic credentials that are not base64 of id:secret are invalid_request', async () => {
  const good = base64(`${ID}:${SECRET}`)
  await refused(
    {
      'nothing after the scheme': 'Basic',
      'only a space after the scheme': 'Basic ',
      'not base64': 'Basic !!!!',
      'base64url instead of base64': `Basic ${base64(`${ID}:>>>???`).replaceAll('/', '_').replaceAll('+', '-')}`,
      'no padding': `Basic ${base64(`${ID}:ab`).replace(/=+$/, '')}`,
      'padding in the middle': `Basic YQ==${good}`,
      'bits behind the end': 'Basic YTpiYh==',
      'a space inside': `Basic ${good.slice(0, 8)} ${good.slice(8)}`,
      'two credentials': `Basic ${good}, Basic ${good}`,
      'something after it': `Basic ${good}; realm=x`,
      'plain text': `Basic ${ID}:${SECRET}`,
      'no colon': `Basic ${base64(ID)}`,
      'no id': `Basic ${base64(`:${SECRET}`)}`,
      'only a colon': `Basic ${base64(':')}`,
      'an empty string, quoted': 'Basic ""',
    },
    [400, 'invalid_request'],
  )
})

test('RFC 6749 2.3.1: bad percent-encoding, controls, NUL and invalid UTF-8 in Basic are invalid_request', async () => {
  await refused(
    {
      'bad percent-encoding in the id': `Basic ${base64(`${ID}%zz:${SECRET}`)}`,
      'bad percent-encoding in the secret': `Basic ${base64(`${ID}:${SECRET}%`)}`,
      'percent-encoding that is no UTF-8': `Basic ${base64(`${ID}:%ff%fe`)}`,
      'an overlong encoding': `Basic ${base64(`${ID}:%c0%80`)}`,
      'a surrogate': `Basic ${base64(`${ID}:%ed%a0%80`)}`,
      'NUL in the id': `Basic ${base64(`${ID}\0:${SECRET}`)}`,
      'NUL in the secret': `Basic ${base64(`${ID}:${SECRET}\0`)}`,
      'encoded NUL': `Basic ${base64(`${ID}%00:${SECRET}`)}`,
      'a line break': `Basic ${base64(`${ID}\r\n:${SECRET}`)}`,
      'an encoded line break': `Basic ${base64(`${ID}%0d%0a:${SECRET}`)}`,
      'DEL in the secret': `Basic ${base64(`${ID}:${SECRET}\x7f`)}`,
      'octets that are no UTF-8': `Basic ${base64(octets(`${ID}:`, 0xff, 0xfe))}`,
      'a cut UTF-8 sequence': `Basic ${base64(octets(ID, 0xc3, ':', SECRET))}`,
      'U+FFFD itself': `Basic ${base64(`${ID}:\ufffd`)}`,
    },
    [400, 'invalid_request'],
  )
})

test('OAuth 2.1 2.4.1: credentials that are well formed and wrong are invalid_client', async () => {
  await refused(
    {
      'an unknown client': `Basic ${base64(`cl_nobody:${SECRET}`)}`,
      'a wrong secret': `Basic ${base64(`${ID}:${SECRET.slice(0, -1)}!`)}`,
      'a cut secret': `Basic ${base64(`${ID}:${SECRET.slice(0, -1)}`)}`,
      'a colon too many': `Basic ${base64(`${ID}:${SECRET}:`)}`,
      'a space before the secret': `Basic ${base64(`${ID}: ${SECRET}`)}`,
      'a secret from here to there': `Basic ${base64(`${ID}:${'x'.repeat(6000)}`)}`,
      'letters outside ASCII': `Basic ${base64(`${ID}:pässwörd`)}`,
      'the id in upper case': `Basic ${base64(`${ID.toUpperCase()}:${SECRET}`)}`,
      'the name of a property': `Basic ${base64(`__proto__:${SECRET}`)}`,
      'words of SQL': `Basic ${base64(`' OR 1=1 --:${SECRET}`)}`,
    },
    [401, 'invalid_client'],
  )
})

test('OAuth 2.1 2.4: a scheme that is not taken here is invalid_client with the challenge of the one that is', async () => {
  await refused(
    {
      Digest: 'Digest username="x"',
      Negotiate: 'Negotiate abc',
      'a scheme like Basic': `Basics ${base64(`${ID}:${SECRET}`)}`,
      'a tab instead of a space': `Basic\t${base64(`${ID}:${SECRET}`)}`,
      'no scheme': base64(`${ID}:${SECRET}`),
    },
    [401, 'invalid_client'],
  )
})

test('HTTP-06: an empty Authorization header authenticates nobody and hinders nobody', async () => {
  const form = { ...WORK, client_id: ID, client_secret: SECRET }
  for (const endpoint of ENDPOINTS) {
    assert.equal((await h.post(endpoint, form, { authorization: '' })).status, 200)
    assert.equal((await h.post(endpoint, WORK, { authorization: '' })).status, 401)
  }
})
