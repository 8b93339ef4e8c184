/** Bound tokens at an API that is elsewhere: over the shared file, by introspection, by public keys. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { OpenVerifier } from '../../src/verify.ts'
import { createVerifier } from '../../src/verify.ts'
import { type DpopKey, dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import { atEnd } from '../_store.ts'
import { otherServer } from './_authorization-server.ts'
import { authenticatedToken } from './_bound.ts'
import { SECRET, sharedFile } from './_shared-file.ts'
import { activeToken } from './_verifier.ts'

const API = 'https://api.example'

interface Elsewhere {
  readonly verifier: OpenVerifier
  readonly token: string
}

type Open = (t: TestContext, key: DpopKey, public_url: string | undefined) => Promise<Elsewhere>

const byFile: Open = async (t, key, public_url) => {
  const file = await sharedFile(t)
  const token = await authenticatedToken(file, key)
  return { verifier: createVerifier({ db: file.db, secret: SECRET, public_url }), token }
}

const byIntrospection: Open = async (t, { jkt }, public_url) => {
  const other = await otherServer(t)
  const exp = now() + 600
  const told = activeToken({ iss: other.issuer, exp, token_type: 'DPoP', cnf: { jkt } })
  other.says.set('/introspect', () => ({ body: told }))
  const introspection = { issuer: other.issuer, client_id: 'cl_1', client_secret: 's' }
  return { verifier: createVerifier({ introspection, public_url }), token: 'opaque' }
}

const byKeys: Open = async (t, { jkt }, public_url) => {
  const other = await otherServer(t)
  const pair = await generateKeyPair('ES256')
  other.says.set('/jwks', async () => ({
    body: { keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256' }] },
  }))
  const { active: _, token_type: __, aud: ___, ...claims } = activeToken({ iss: other.issuer, cnf: { jkt } })
  const token = await new SignJWT({ ...claims, aud: API, iat: now(), exp: now() + 600 })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .sign(pair.privateKey)
  return { verifier: createVerifier({ jwks: { issuer: other.issuer, audience: API }, public_url }), token }
}

const now = (): number => Math.floor(Date.now() / 1000)

for (const [name, open] of Object.entries({ byFile, byIntrospection, byKeys })) {
  test(`DP-10: ${name}: a bound token needs the scheme DPoP and a proof that was not used before`, async (t) => {
    const key = await dpopKey()
    const { verifier, token } = await open(t, key, API)
    atEnd(t, () => verifier.close())
    const proof = (of: ProofOf = {}, by = key): Promise<string> =>
      dpopProof(by, { htm: 'GET', htu: `${API}/a`, iat: now(), access_token: token, ...of })
    const verified = async (dpop: string | undefined, scheme = 'DPoP'): Promise<unknown> => {
      const headers = new Headers({ authorization: `${scheme} ${token}` })
      if (dpop !== undefined) headers.set('dpop', dpop)
      return (await verifier.verify(new Request('http://127.0.0.1:3000/a?b', { headers })))?.cnf
    }
    const once = await proof()
    assert.deepEqual(await verified(once), { jkt: key.jkt })
    assert.equal(await verified(once), undefined)
    assert.equal(await verified(undefined), undefined)
    assert.equal(await verified(await proof(), 'Bearer'), undefined)
    assert.equal(await verified(await proof({}, await dpopKey())), undefined)
    assert.equal(await verified(await proof({ htu: 'http://127.0.0.1:3000/a' })), undefined)
    assert.equal(await verifier.verify(token), undefined)
  })

  test(`RFC 9449 11.1: ${name}: who was not told where the API is takes no bound token`, async (t) => {
    const key = await dpopKey()
    const { verifier, token } = await open(t, key, undefined)
    atEnd(t, () => verifier.close())
    const dpop = await dpopProof(key, { htm: 'GET', htu: `${API}/a`, iat: now(), access_token: token })
    const headers = { authorization: `DPoP ${token}`, dpop }
    assert.equal(await verifier.verify(new Request(`${API}/a`, { headers })), undefined)
  })
}
