import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HashKeys, hashKey, hashKeys } from '../../src/crypto/hash-key.ts'
import { createSecrets, newClientId, newId, newRequestId } from '../../src/crypto/secret.ts'
import { looksLikeSecret } from '../../src/protocol/token-form.ts'

const AT = 1_800_000_000_000

const keys = (...ids: readonly string[]): HashKeys =>
  hashKeys(ids.map((id) => hashKey(id, new Uint8Array(32).fill(id.charCodeAt(id.length - 1)))))

const secrets = createSecrets(keys('hk_1'))

test('TK-10: an access token has the prefix oat_, 256 bits of secret, a checksum, and a plain charset', () => {
  const tokens = Array.from({ length: 200 }, () => secrets.accessToken(AT))
  for (const { access_token, jti } of tokens) {
    assert.match(access_token, /^oat_[0-9a-hjkmnp-tv-z]{26}[A-Za-z0-9_-]{43}[A-Za-z0-9_-]{6}$/)
    assert.equal(access_token.slice(4, 30), jti)
  }
  assert.equal(new Set(tokens.map(({ access_token }) => access_token.slice(30, 73))).size, 200)
  assert.equal(new Set(tokens.map(({ jti }) => jti)).size, 200)
})

test('decision 0002: ids sort by the time they were made at', () => {
  const made = [0, 1, 31, 32, 1024, 2 ** 40].map((later) => secrets.accessToken(AT + later).jti)
  assert.deepEqual(made.toSorted(), made)
  assert.ok(newId('cs_', AT) < newId('cs_', AT + 1))
})

test('CA-08: a token is stored as a keyed hash that its own row answers to, and no other', () => {
  const one = secrets.accessToken(AT)
  const other = secrets.accessToken(AT)
  const presented = secrets.present(one.access_token)
  assert.equal(presented?.id, one.jti)
  assert.equal(presented?.matches(one), true)
  assert.equal(presented?.matches({ ...other, hash_key_id: one.hash_key_id }), false)
  assert.equal(presented?.matches({ ...one, token_hash: one.token_hash.slice(1) }), false)
  assert.equal(presented?.matches({ ...one, token_hash: '' }), false)
})

test('CA-08: without the hash key a hash cannot be made: another key of the same id does not match', () => {
  const one = secrets.accessToken(AT)
  const stranger = createSecrets(hashKeys([hashKey('hk_1', new Uint8Array(32).fill(9))]))
  assert.equal(stranger.present(one.access_token)?.matches(one), false)
  const client_secret = secrets.clientSecret()
  const stored = secrets.hashClientSecret(client_secret, AT)
  assert.equal(secrets.matchesClientSecret(client_secret, stored), true)
  assert.equal(stranger.matchesClientSecret(client_secret, stored), false)
})

test('KEY-06: a stored hash names its key, so older ones hold beside the newest', () => {
  const client_secret = secrets.clientSecret()
  const old = secrets.hashClientSecret(client_secret, AT)
  const token = secrets.accessToken(AT)
  const after = createSecrets(keys('hk_1', 'hk_2'))
  assert.equal(after.matchesClientSecret(client_secret, old), true)
  assert.equal(after.present(token.access_token)?.matches(token), true)
  assert.equal(after.hashClientSecret(client_secret, AT).hash_key_id, 'hk_2')
  assert.equal(after.accessToken(AT).hash_key_id, 'hk_2')
})

test('KEY-06: a hash whose key is gone matches nothing', () => {
  const client_secret = secrets.clientSecret()
  const gone = { ...secrets.hashClientSecret(client_secret, AT), hash_key_id: 'hk_0' }
  assert.equal(secrets.matchesClientSecret(client_secret, gone), false)
  const token = { ...secrets.accessToken(AT), hash_key_id: 'hk_0' }
  assert.equal(secrets.present(token.access_token)?.matches(token), false)
})

test('CA-08: the hash of one kind is not the hash of another, under one hash key', () => {
  const { access_token, token_hash } = secrets.accessToken(AT)
  assert.notDeepEqual(secrets.hashClientSecret(access_token, AT).secret_hash, token_hash)
})

test('decision 0002: a token with any character changed is known as a typo without a row', () => {
  const { access_token } = secrets.accessToken(AT)
  for (let index = 0; index < access_token.length; index += 1) {
    const other = access_token[index] === '0' ? '1' : '0'
    const typo = access_token.slice(0, index) + other + access_token.slice(index + 1)
    assert.equal(secrets.present(typo), undefined, `character ${index}`)
  }
  const cut = [access_token.slice(1), access_token.slice(0, -1), `${access_token} `, '']
  for (const text of [...cut, secrets.clientSecret(), 'x'.repeat(79), 'oat_'.repeat(100_000)]) {
    assert.equal(secrets.present(text), undefined)
  }
})

test('CA-03: generated ids and secrets need no encoding in a form, a URL or a Basic header', () => {
  for (let times = 0; times < 100; times += 1) {
    assert.match(newClientId(), /^cl_[0-9a-hjkmnp-tv-z]{16}$/)
    assert.match(secrets.clientSecret(), /^ocs_[A-Za-z0-9_-]{49}$/)
    assert.match(newRequestId(), /^[A-Za-z0-9_-]{16}$/)
  }
  assert.notEqual(newClientId(), newClientId())
})

test('CA-08: a generated secret is one by its checksum, and its preview gives little of it away', () => {
  const client_secret = secrets.clientSecret()
  assert.ok(looksLikeSecret(client_secret))
  const { preview, client_secret_id } = secrets.hashClientSecret(client_secret, AT)
  assert.equal(preview, `${client_secret.slice(0, 8)}…${client_secret.slice(-2)}`)
  assert.match(client_secret_id, /^cs_[0-9a-hjkmnp-tv-z]{26}$/)
  assert.equal(secrets.hashClientSecret('correct horse battery', AT).preview, 'chosen')
})

test('ERR-04: the comparison for an unknown client never succeeds', () => {
  assert.equal(secrets.pretendToMatch(secrets.clientSecret()), false)
  assert.equal(secrets.pretendToMatch(''), false)
})

test('KEY-06: a database has a hash key', () => {
  assert.throws(() => hashKeys([]), RangeError)
})
