/** FAPI 2.0 section 5.4 at resources: what a proof of a client under the profile may be signed with. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { importJWK } from 'jose'
import { proverOf } from '../../src/http/holder.ts'
import type { Prove } from '../../src/resource/possession.ts'
import { boundTokensOf } from '../../src/resource/verifier.ts'
import { createVerifier } from '../../src/verify.ts'
import { keysOf, signer } from '../_assertion.ts'
import { type DpopKey, dpopKey, dpopProof } from '../_dpop.ts'
import { atEnd } from '../_store.ts'
import { SECRET, type SharedFile, sharedFile } from './_shared-file.ts'

const URL = 'https://api.example/orders'

/** Whoever has the database knows which clients are under the profile. */
const provers = (t: TestContext, { db, server }: SharedFile): readonly (Prove | undefined)[] => {
  const verifier = createVerifier({ db, secret: SECRET })
  atEnd(t, () => verifier.close())
  return [proverOf(server), boundTokensOf(verifier)?.prove]
}

const shown = async (key: DpopKey): Promise<Parameters<Prove>[2]> => {
  const iat = Math.floor(Date.now() / 1000)
  const proof = await dpopProof(key, { htm: 'GET', htu: URL, iat, access_token: 'token' })
  return { method: 'GET', url: URL, proof, certificate: () => undefined }
}

test('FA-07: at a resource too a client under the profile signs no proof by RS256; others may', async (t) => {
  const shared = await sharedFile(t)
  const known = keysOf(await signer('ES256'))
  const strict = await shared.client({ ...known, profile: 'fapi2' })
  const plain = await shared.client()
  const key = await dpopKey('PS256')
  const private_key = await importJWK(key.private_jwk, 'RS256')
  assert.ok(!(private_key instanceof Uint8Array))
  const by_rs256 = { ...key, alg: 'RS256', private_key }
  const cnf = { jkt: key.jkt }
  for (const prove of provers(t, shared)) {
    assert.ok(prove)
    const credential = { scheme: 'DPoP', token: 'token' } as const
    const judged = async ({ client_id }: { client_id: string }, by: DpopKey): Promise<string | undefined> =>
      (await prove(credential, { client_id, cnf }, await shown(by)))?.error
    assert.equal(await judged(strict, by_rs256), 'invalid_dpop_proof')
    assert.equal(await judged(strict, key), undefined)
    assert.equal(await judged(plain, by_rs256), undefined)
  }
})
