/** Tokens that are bound by DPoP at the routes of an app (RFC 9449 section 7), and who steals them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import express from 'express'
import { importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { createOAuthServer, type OAuthServer } from '../../src/index.ts'
import type { Principal } from '../../src/protocol/principal.ts'
import { requireToken } from '../../src/resource/express.ts'
import { holding } from '../../src/resource/holding.ts'
import type { RequireOptions } from '../../src/resource/require.ts'
import { boundTokensOf } from '../../src/resource/verifier.ts'
import { createVerifier } from '../../src/verify.ts'
import { type DpopKey, dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import { environment } from '../_environment.ts'
import { temporaryFolder } from '../_store.ts'
import { HOSTS } from './_hosts.ts'

const ISSUER = 'https://id.example'
const API = 'https://api.example'
const ALGS = 'algs="RS256 PS256 ES256 EdDSA Ed25519"'

interface Opened {
  readonly server: OAuthServer
  readonly key: DpopKey
  /** Bound to the key, scope `a b`. */
  readonly bound: string
  readonly bearer: string
}

const opened = async (t: TestContext): Promise<Opened> => {
  environment(t, {})
  const db = join(temporaryFolder(t), 'app.db')
  const server = await createOAuthServer({ db, issuer: ISSUER, enabled: true })
  t.after(() => server.close())
  const { client_id, client_secret = '' } = await server.clients.create({
    client_name: 'A',
    grant_types: ['client_credentials'],
    scope: 'a b',
  })
  const key = await dpopKey()
  const issue = async (headers: Readonly<Record<string, string>>): Promise<string> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    const asked = new Request(`${ISSUER}/oauth/token`, { method: 'POST', body, headers })
    return (await server.issueToken(asked)).access_token
  }
  const dpop = await dpopProof(key, { htu: `${ISSUER}/oauth/token`, iat: now() })
  return { server, key, bound: await issue({ dpop }), bearer: await issue({}) }
}

const now = (): number => Math.floor(Date.now() / 1000)

interface Answer {
  readonly status: number
  readonly error: unknown
  readonly challenge: string | undefined
  readonly nonce: string | undefined
}

/** Not fetch, which would not send another Host, nor a header twice. */
const ask = async (url: string, headers: Readonly<Record<string, string | string[]>>): Promise<Answer> => {
  const [response] = (await once(request(url, { headers }).end(), 'response')) as [IncomingMessage]
  const body: { error?: unknown } = JSON.parse(Buffer.concat(await response.toArray()).toString())
  return {
    status: response.statusCode ?? 0,
    error: body.error,
    challenge: response.headers['www-authenticate'],
    nonce: response.headers['dpop-nonce'] as string | undefined,
  }
}

const refused = (
  answer: Answer,
  error: string,
  [used, other]: readonly string[] = ['DPoP', 'Bearer'],
): void => {
  const { status, error: named, challenge = '' } = answer
  assert.deepEqual([status, named], [401, error], challenge)
  assert.ok(challenge.startsWith(`${used} realm="oauthd", error="${error}"`), challenge)
  assert.ok(other === undefined || challenge.includes(`, ${other} realm="oauthd"`), challenge)
  assert.ok(challenge.includes(ALGS), challenge)
  assert.equal((challenge.match(/error=/g) ?? []).length, 1)
}

const OPTIONS: RequireOptions = { public_url: API }

for (const [name, host] of Object.entries(HOSTS)) {
  test(`RFC 9449 7.1: ${name}: a request of a client library with DPoP passes, and the next one too`, async (t) => {
    const { server, key, bound } = await opened(t)
    const url = await host(t, server, OPTIONS)
    const DPoP = oauth.DPoP({}, await keyPair(key))
    for (const path of ['/token', '/scope?x=1']) {
      const options = {
        DPoP,
        // The API has a proxy in front, whose name the client knows.
        [oauth.customFetch]: (called: string, init: RequestInit) => fetch(called.replace(API, url), init),
      }
      const called = new URL(API + path)
      const answer = await oauth.protectedResourceRequest(
        bound,
        'GET',
        called,
        undefined,
        undefined,
        options as object,
      )
      assert.equal(answer.status, 200)
    }
  })

  test(`DP-10, DP-11: ${name}: a stolen token, a used proof and one of another request open nothing`, async (t) => {
    const { server, key, bound, bearer } = await opened(t)
    const url = `${await host(t, server, OPTIONS)}/token`
    const good = { htm: 'GET', htu: `${API}/token`, iat: now(), access_token: bound }
    const asked = async (of: ProofOf, token = bound, by = key): Promise<Answer> =>
      ask(url, { authorization: `DPoP ${token}`, dpop: await dpopProof(by, { ...good, ...of }) })

    refused(await ask(url, { authorization: `Bearer ${bound}` }), 'invalid_token', ['Bearer', 'DPoP'])
    const dpop = await dpopProof(key, good)
    refused(await ask(url, { authorization: `Bearer ${bound}`, dpop }), 'invalid_token', ['Bearer', 'DPoP'])
    refused(await ask(url, { authorization: `DPoP ${bound}` }), 'invalid_dpop_proof')
    refused(await asked({ access_token: bearer }, bearer), 'invalid_token')
    refused(await asked({}, bound, await dpopKey()), 'invalid_token')
    refused(await asked({}, 'oat_unknown'), 'invalid_token')
    // Without ath, with that of another token, of another method or address.
    const { access_token: _, ...without } = good
    const no_ath = await dpopProof(key, without)
    refused(await ask(url, { authorization: `DPoP ${bound}`, dpop: no_ath }), 'invalid_dpop_proof')
    refused(await asked({ access_token: bearer }), 'invalid_dpop_proof')
    refused(await asked({ htm: 'POST' }), 'invalid_dpop_proof')
    for (const htu of [`${API}/scope`, 'https://evil.example/token', url, `${ISSUER}/token`]) {
      refused(await asked({ htu }), 'invalid_dpop_proof')
    }
    // Two proofs, and one that was used.
    const two = [await dpopProof(key, good), await dpopProof(key, good)]
    refused(await ask(url, { authorization: `DPoP ${bound}`, dpop: two }), 'invalid_dpop_proof')
    assert.equal((await ask(url, { authorization: `DPoP ${bound}`, dpop })).status, 200)
    refused(await ask(url, { authorization: `DPoP ${bound}`, dpop }), 'invalid_dpop_proof')
  })

  test(`RFC 9449 11.1: ${name}: what a request says of its host makes no proof fit`, async (t) => {
    const { server, key, bound } = await opened(t)
    const url = `${await host(t, server, OPTIONS)}/token`
    const told = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    for (const htu of ['https://evil.example/token', 'http://evil.example/token']) {
      const dpop = await dpopProof(key, { htm: 'GET', htu, iat: now(), access_token: bound })
      refused(await ask(url, { ...told, authorization: `DPoP ${bound}`, dpop }), 'invalid_dpop_proof')
    }
    const sound = { htm: 'GET', htu: `${API}/token`, iat: now(), access_token: bound }
    const dpop = await dpopProof(key, sound)
    assert.equal((await ask(url, { ...told, authorization: `DPoP ${bound}`, dpop })).status, 200)
  })

  test(`RFC 9449 9: ${name}: a proof by another clock is answered with a nonce, which helps`, async (t) => {
    const { server, key, bound } = await opened(t)
    const url = `${await host(t, server, OPTIONS)}/token`
    const late = { htm: 'GET', htu: `${API}/token`, iat: now() - 3600, access_token: bound }
    const first = await ask(url, { authorization: `DPoP ${bound}`, dpop: await dpopProof(key, late) })
    refused(first, 'use_dpop_nonce')
    const dpop = await dpopProof(key, { ...late, nonce: first.nonce })
    assert.equal((await ask(url, { authorization: `DPoP ${bound}`, dpop })).status, 200)
  })

  test(`RFC 9449 7.2: ${name}: a route may take tokens bound by DPoP alone, and says so`, async (t) => {
    const { server, key, bound, bearer } = await opened(t)
    const url = `${await host(t, server, { ...OPTIONS, dpop: 'required' })}/token`
    refused(await ask(url, { authorization: `Bearer ${bearer}` }), 'invalid_token', ['DPoP'])
    assert.equal((await ask(url, {})).challenge, `DPoP realm="oauthd", ${ALGS}`)
    const sound = { htm: 'GET', htu: `${API}/token`, iat: now(), access_token: bound }
    const dpop = await dpopProof(key, sound)
    assert.equal((await ask(url, { authorization: `DPoP ${bound}`, dpop })).status, 200)
  })
}

const keyPair = async ({ private_key, jwk }: DpopKey): Promise<oauth.CryptoKeyPair> => {
  const publicKey = await importJWK(jwk, 'ES256')
  assert.ok(publicKey instanceof CryptoKey)
  return { privateKey: private_key, publicKey }
}

test('RFC 9449 7.1: verify of a token alone gives nobody, verify of its request who it is, once', async (t) => {
  const { server, key, bound, bearer } = await opened(t)
  assert.equal(await server.verify(bound), undefined)
  assert.equal((await server.verify(bearer))?.cnf, undefined)
  const url = `${ISSUER}/invoices?a=1`
  const dpop = await dpopProof(key, { htm: 'GET', htu: url, iat: now(), access_token: bound })
  const headers = { authorization: `DPoP ${bound}`, dpop }
  // Its address is the issuer's, whatever the request says.
  const asked = (): Request => new Request('http://10.0.0.1/invoices', { headers })
  assert.deepEqual((await server.verify(asked()))?.cnf, { jkt: key.jkt })
  assert.equal(await server.verify(asked()), undefined)
  const other = new Request(url, { headers: { authorization: `DPoP ${bearer}` } })
  assert.equal(await server.verify(other), undefined)
})

test('RFC 9449 7.1: a verifier of an app’s own, or a copy of a server, takes no bound token', async (t) => {
  const { server, key, bound } = await opened(t)
  const host = HOSTS['a web request']
  assert.ok(host)
  const deny = { ...server, verify: async (input: string | Request) => server.verify(input) }
  const url = `${await host(t, deny, OPTIONS)}/token`
  const dpop = await dpopProof(key, { htm: 'GET', htu: `${API}/token`, iat: now(), access_token: bound })
  refused(await ask(url, { authorization: `DPoP ${bound}`, dpop }), 'invalid_token')
})

test('RFC 9449 11.1: a guard that does not know where the API is takes no bound token, and the process is told', async (t) => {
  const { server, key } = await opened(t)
  const jwks = { issuer: ISSUER, audience: API }
  const elsewhere = createVerifier({ jwks })
  assert.equal(boundTokensOf(elsewhere)?.public_url, undefined)
  const credential = { scheme: 'DPoP', token: 'x' } as const
  const told = once(process, 'warning')
  const { prove } = holding(elsewhere, {})
  const principal = { client_id: 'c', cnf: { jkt: key.jkt } } as Principal
  const shown = { method: 'GET', path: `${API}/token`, proof: 'a.b.c', certificate: () => undefined }
  assert.equal((await prove(credential, principal, shown))?.error, 'invalid_token')
  assert.match(String((await told)[0]), /give the guard public_url/)
  // By its resource, or a server's issuer, it knows.
  const proofs = [holding(elsewhere, { resource: `${API}/v1` }), holding(server, {})]
  for (const known of proofs) {
    assert.equal((await known.prove(credential, principal, shown))?.error, 'invalid_dpop_proof')
  }
})

test('RFC 9449 4.3: in an Express app below another the address is the whole one that was called', async (t) => {
  const { server, key, bound } = await opened(t)
  const below = express()
  below.get('/token', requireToken(server, OPTIONS), (_, res) => res.json({}))
  const app = express()
  app.use('/v1', below)
  const listener = createServer(app).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => {
    listener.closeAllConnections()
    listener.close()
  })
  // A TCP socket has an address of this shape.
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/v1/token`
  const asked = async (htu: string): Promise<Answer> => {
    const dpop = await dpopProof(key, { htm: 'GET', htu, iat: now(), access_token: bound })
    return ask(url, { authorization: `DPoP ${bound}`, dpop })
  }
  refused(await asked(`${API}/token`), 'invalid_dpop_proof')
  assert.equal((await asked(`${API}/v1/token`)).status, 200)
})
