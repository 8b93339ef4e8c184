import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type JWK, SignJWT } from 'jose'
import { type SignedProof, verifySignedProof } from '../../src/crypto/dpop-proof.ts'
import { signingAlgorithms } from '../../src/protocol/algorithms.ts'
import { judgeProof } from '../../src/protocol/dpop.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { dpopKey, dpopProof } from '../_dpop.ts'
import { vectors } from '../protocol/_refusal.ts'

const ALGORITHMS = signingAlgorithms(false)
const HTU = 'https://id.example/oauth/token'

const verify = (proof: string): Promise<SignedProof> => verifySignedProof(proof, ALGORITHMS)

const isRefused = async (proof: string, what: string): Promise<void> => {
  await assert.rejects(
    verify(proof),
    (error) => error instanceof OAuthError && error.error === 'invalid_dpop_proof',
    what,
  )
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Vector {
  readonly source: string
  readonly proof: string
  readonly method: string
  readonly url: string
  readonly access_token?: string
  readonly iat: number
  readonly jti: string
}

test('RFC 9449 4.1, 6.1, 7.1: the proofs of the examples, and the thumbprint of their key', async () => {
  const { jkt, proofs } = vectors<{ jkt: string; proofs: readonly Vector[] }>('dpop')
  for (const { source, proof, method, url, access_token, iat, jti } of proofs) {
    const signed = await verify(proof)
    assert.equal(signed.jkt, jkt, source)
    assert.equal(judgeProof(signed.claims, { method, urls: [url], access_token, now: iat }).jti, jti, source)
  }
})

test('DP-01: a proof by each algorithm of the list is taken', async () => {
  for (const alg of ALGORITHMS) {
    const key = await dpopKey(alg)
    const { jkt, claims } = await verify(await dpopProof(key, { htu: HTU, jti: alg }))
    assert.equal(jkt, key.jkt, alg)
    assert.equal(claims['jti'], alg)
  }
})

test('DP-01: a key that was seen is known again, for what it was seen with and by its own signatures alone', async () => {
  const key = await dpopKey('PS256')
  for (const jti of ['1', '2']) {
    assert.equal((await verify(await dpopProof(key, { htu: HTU, jti }))).jkt, key.jkt)
  }
  const other = await dpopKey('PS256')
  await isRefused(await dpopProof({ ...other, jwk: key.jwk }, { htu: HTU }), 'signed by another')
  for (const more of [{ use: 'enc' }, { alg: 'RS256' }, { d: 'AQAB' }]) {
    const proof = await dpopProof({ ...key, jwk: { ...key.jwk, ...more } }, { htu: HTU })
    await isRefused(proof, JSON.stringify(more))
  }
  const rs256 = { ...(await dpopKey('RS256')), jwk: key.jwk }
  await isRefused(await dpopProof(rs256, { htu: HTU }), 'the same key by another algorithm')
  const [header = '', payload = ''] = (await dpopProof(key, { htu: HTU })).split('.')
  await isRefused(`${header}.${payload}.${'A'.repeat(342)}`, 'no signature')
})

test('DP-01: an algorithm off the list is refused, though the signature is right', async () => {
  for (const alg of ['ES384', 'ES512', 'RS512', 'PS384']) {
    await isRefused(await dpopProof(await dpopKey(alg), { htu: HTU }), alg)
  }
  const rsa = await dpopProof(await dpopKey('RS256'), { htu: HTU })
  await assert.rejects(verifySignedProof(rsa, signingAlgorithms(true)), OAuthError)
})

test('RFC 8725 3.2: none, and a shared secret in any guise, are no signature', async () => {
  const { jwk } = await dpopKey()
  const payload = encode({ jti: 'a', htm: 'POST', htu: HTU, iat: 1 })
  const secret = Buffer.from('a secret that the proof itself carries')
  const oct = { kty: 'oct', k: secret.toString('base64url') }
  for (const [header, key] of [
    [{ typ: 'dpop+jwt', alg: 'HS256', jwk: oct }, secret],
    [{ typ: 'dpop+jwt', alg: 'HS256', jwk }, Buffer.from(JSON.stringify(jwk))],
    [{ typ: 'dpop+jwt', alg: 'ES256', jwk: oct }, secret],
    [{ typ: 'dpop+jwt', alg: 'none', jwk }, secret],
  ] as const) {
    const signed = `${encode(header)}.${payload}`
    const mac = createHmac('sha256', key).update(signed).digest('base64url')
    await isRefused(`${signed}.${mac}`, header.alg)
    await isRefused(`${signed}.`, `${header.alg}, no signature`)
  }
})

test('DP-01: a private key in the header is refused, whichever part of it', async () => {
  for (const alg of ['ES256', 'Ed25519', 'RS256']) {
    const key = await dpopKey(alg)
    await isRefused(await dpopProof(key, { htu: HTU, header: { jwk: key.private_jwk } }), alg)
  }
  const rsa = await dpopKey('PS256')
  const { p, q } = rsa.private_jwk
  await isRefused(await dpopProof(rsa, { htu: HTU, header: { jwk: { ...rsa.jwk, p, q } } }), 'p and q')
})

test('DP-01: the key is the one in the header, and nothing else names one', async () => {
  const key = await dpopKey()
  const other = await dpopKey()
  await isRefused(await dpopProof(key, { htu: HTU, header: { jwk: other.jwk } }), 'another key')
  for (const jwk of [undefined, null, 'https://evil.example/key', [], {}]) {
    const header = { jwk, kid: other.jkt, jku: 'https://evil.example/jwks', x5c: ['MIIB'] }
    await isRefused(await dpopProof(key, { htu: HTU, header }), 'no key')
  }
  const { jkt } = await verify(
    await dpopProof(key, { htu: HTU, header: { kid: other.jkt, jku: 'https://evil.example/jwks' } }),
  )
  assert.equal(jkt, key.jkt)
})

test('DP-01: a key that is set apart for something else, or is too small, is none', async () => {
  const key = await dpopKey()
  for (const member of [
    { use: 'enc' },
    { key_ops: ['sign'] },
    { alg: 'ES384' },
    { crv: 'P-384' },
    { x: 'AA' },
  ]) {
    await isRefused(
      await dpopProof(key, { htu: HTU, header: { jwk: { ...key.jwk, ...member } } }),
      JSON.stringify(member),
    )
  }
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const jwk = small.publicKey.export({ format: 'jwk' }) as JWK
  const signed = `${encode({ typ: 'dpop+jwt', alg: 'RS256', jwk })}.${encode({ jti: 'a' })}`
  const { sign } = await import('node:crypto')
  await isRefused(
    `${signed}.${sign('sha256', Buffer.from(signed), small.privateKey).toString('base64url')}`,
    '1024',
  )
})

test('DP-01, JA-05: a JWT of another type is no proof', async () => {
  const key = await dpopKey()
  for (const typ of ['JWT', 'at+jwt', 'client-authentication+jwt', 'DPOP+JWT', '', undefined]) {
    await isRefused(await dpopProof(key, { htu: HTU, header: { typ } }), String(typ))
  }
})

test('DP-01: a header that is not exactly one whole proof is refused', async () => {
  const key = await dpopKey()
  const proof = await dpopProof(key, { htu: HTU })
  const [head = '', payload = '', signature = ''] = proof.split('.')
  for (const header of [
    `${proof}, ${proof}`,
    `${proof},${proof}`,
    '',
    'DPoP',
    `${head}.${payload}`,
    `${head}.${encode({ jti: 'a', htm: 'POST', htu: HTU, iat: 1 })}.${signature}`,
    `${head}.${payload}.${signature.slice(2)}`,
    `${proof}=`,
    await dpopProof(key, { htu: 'a'.repeat(8192) }),
  ]) {
    await isRefused(header, header.slice(0, 20))
  }
})

test('DP-01, RFC 9110 5.3: two headers, which come as one, are told to be two', async () => {
  const proof = await dpopProof(await dpopKey(), { htu: HTU })
  await assert.rejects(verify(`${proof}, ${proof}`), /there must be exactly one/)
})

test('DP-01, RFC 7515 4.1.11: what a proof says is critical and nobody understands, refuses it', async () => {
  const key = await dpopKey()
  const jwt = new SignJWT({ jti: 'a', htm: 'POST', htu: HTU })
  jwt.setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk, crit: ['x'], x: 1 })
  await isRefused(await jwt.sign(key.private_key, { crit: { x: true } }), 'crit')
})

test('RFC 9449 4.2: what is signed is an object of claims', async () => {
  const key = await dpopKey()
  const { CompactSign } = await import('jose')
  for (const text of ['[]', 'null', '"text"', '7', '{', '\ufeff{}x']) {
    const jws = new CompactSign(Buffer.from(text)).setProtectedHeader({
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: key.jwk,
    })
    await isRefused(await jws.sign(key.private_key), text)
  }
})
