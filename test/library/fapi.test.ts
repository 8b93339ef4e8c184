/** FAPI 2.0 in an app: what its profile takes away from the routes beside it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { importJWK } from 'jose'
import { requireToken } from '../../src/resource/web.ts'
import { type DpopKey, dpopKey, dpopProof } from '../_dpop.ts'
import { temporaryFolder } from '../_store.ts'
import { appServer, ISSUER } from './_app.ts'

const API = 'https://api.example'
const ALGS = 'algs="PS256 ES256 EdDSA Ed25519"'

const now = (): number => Math.floor(Date.now() / 1000)

test('FA-07: under the profile a proof by RS256 opens nothing beside the server, and nothing says it would', async (t) => {
  const db = join(temporaryFolder(t), 'app.db')
  const before = await appServer(t, { db })
  const machine = { client_name: 'A', grant_types: ['client_credentials'], scope: 'a' }
  const { client_id, client_secret = '' } = await before.clients.create(machine)
  const key = await dpopKey('PS256')
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  const dpop = await dpopProof(key, { htu: `${ISSUER}/oauth/token`, iat: now() })
  const asked = new Request(`${ISSUER}/oauth/token`, { method: 'POST', body, headers: { dpop } })
  const { access_token } = await before.issueToken(asked)

  const server = await appServer(t, { db, profile: 'fapi2' })
  const check = requireToken(server, { public_url: API })
  const shown = async (by: DpopKey, nonce?: string): Promise<Response | undefined> => {
    const proof = await dpopProof(by, { htm: 'GET', htu: `${API}/a`, iat: now(), access_token, nonce })
    const headers = { authorization: `DPoP ${access_token}`, dpop: proof }
    return (await check(new Request(`${API}/a`, { headers }))).response
  }
  const first = await shown(key)
  const nonce = first?.headers.get('dpop-nonce') ?? undefined
  assert.ok(first?.headers.get('www-authenticate')?.includes(ALGS))
  const private_key = await importJWK(key.private_jwk, 'RS256')
  assert.ok(!(private_key instanceof Uint8Array))
  const refused = await shown({ ...key, alg: 'RS256', private_key }, nonce)
  assert.match(refused?.headers.get('www-authenticate') ?? '', /invalid_dpop_proof/)
  assert.equal(await shown(key, nonce), undefined)
  const { dpop_signing_alg_values_supported: told } = server.protectedResourceMetadata({
    resource: API,
    dpop: 'optional',
  })
  assert.deepEqual(told, ['PS256', 'ES256', 'EdDSA', 'Ed25519'])
  const proxied = await server.fetch(
    new Request(`${ISSUER}/oauth/verify`, { headers: { authorization: `DPoP ${access_token}` } }),
  )
  assert.ok(proxied.headers.get('www-authenticate')?.includes(ALGS))
})
