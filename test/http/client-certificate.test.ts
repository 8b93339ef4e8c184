/** RFC 8705 behind a proxy: the header that it hands on, and everybody else's. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { decodeJwt } from 'jose'
import { certificatesIn, thumbprint } from '../../src/crypto/client-certificate.ts'
import { createApp } from '../../src/http/app.ts'
import type { RemoteJwks } from '../../src/outbound/remote-jwks.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import type { AuthorizationServerMetadata } from '../../src/protocol/metadata.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { authority, type Made, selfSigned } from '../_certificates.ts'
import { allow, appClient, VERIFIER } from '../_person.ts'
import {
  type HttpAnswer,
  type TestServer,
  type TestServerOptions,
  testClient,
  testServer,
} from '../_server.ts'
import { NOW } from '../_store.ts'

const at = NOW * 1000
const ca = await authority('CN=Authority', at)
const made = await ca.issue({
  name: 'C=DE,O=Acme,CN=client',
  now: at,
  names: [
    { type: 'dns', value: 'client.example' },
    { type: 'url', value: 'urn:client' },
    { type: 'ip', value: '192.0.2.7' },
    { type: 'email', value: 'client@a.example' },
  ],
})

const PROXY = '10.0.0.1'
const DN = { tls_client_auth_subject_dn: 'CN=client,O=Acme,C=DE' }

interface Proxied extends TestServer {
  /** Asks for a token, or what `form` says, with headers, from the proxy unless another address is named. */
  ask(
    client_id: string,
    headers?: Readonly<Record<string, string>>,
    from?: string,
    form?: Readonly<Record<string, string>>,
    name?: string,
  ): Promise<HttpAnswer>
}

const proxied = async (
  t: TestContext,
  given: Readonly<Record<string, unknown>> = {},
  options: TestServerOptions = {},
): Promise<Proxied> => {
  const settings = completeSettings({ issuer: 'https://id.example', trust_proxy: '10.0.0.0/8', ...given })
  const test_server = await testServer(t, { settings, ...options })
  const app = createApp(test_server.server)
  return {
    ...test_server,
    async ask(
      client_id,
      headers = {},
      ip = PROXY,
      form = { grant_type: 'client_credentials' },
      name = 'token',
    ) {
      const body = new URLSearchParams({ client_id, ...form })
      const request = new Request(`https://id.example/oauth/${name}`, { method: 'POST', headers, body })
      const answer = await app.request(Object.assign(request, { ip }))
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
    },
  }
}

const byCertificate = async ({ server }: TestServer, given: GivenMetadata = DN): Promise<string> =>
  (await testClient(server, { token_endpoint_auth_method: 'tls_client_auth', ...given })).client_id

const header = ({ base64 }: Made): { 'client-cert': string } => ({ 'client-cert': `:${base64}:` })

const REFUSED: HttpAnswer = {
  status: 401,
  body: { error: 'invalid_client', error_description: 'client authentication failed' },
}

test('MT-01: a client is known by the subject of its certificate, or by one of its other names', async (t) => {
  const world = await proxied(t)
  for (const given of [
    DN,
    { tls_client_auth_san_dns: 'client.example' },
    { tls_client_auth_san_uri: 'urn:client' },
    { tls_client_auth_san_ip: '192.0.2.7' },
    { tls_client_auth_san_email: 'client@a.example' },
  ]) {
    const client_id = await byCertificate(world, given)
    assert.equal((await world.ask(client_id, header(made))).status, 200, JSON.stringify(given))
  }
  for (const given of [
    { tls_client_auth_subject_dn: 'CN=other,O=Acme,C=DE' },
    { tls_client_auth_san_dns: 'a.client.example' },
    { tls_client_auth_san_uri: 'client.example:x' },
    { tls_client_auth_san_ip: '192.0.2.8' },
    { tls_client_auth_san_email: 'a@a.example' },
  ]) {
    const client_id = await byCertificate(world, given)
    assert.deepEqual(await world.ask(client_id, header(made)), REFUSED, JSON.stringify(given))
  }
})

test('MT-03: without a certificate, and with one that is not well formed, it is 401 invalid_client', async (t) => {
  const world = await proxied(t)
  const client_id = await byCertificate(world)
  const { base64, cert } = made
  const der = Buffer.from(base64, 'base64')
  const wrong = {
    none: {},
    empty: { 'client-cert': '' },
    'no certificate': { 'client-cert': ':AAAA:' },
    'bytes behind it': { 'client-cert': `:${Buffer.concat([der, Buffer.from('x')]).toString('base64')}:` },
    'bytes missing': { 'client-cert': `:${der.subarray(0, -1).toString('base64')}:` },
    'two in one header': { 'client-cert': `:${base64}:, :${base64}:` },
    'two in one PEM': { 'client-cert': encodeURIComponent(cert + cert) },
    huge: { 'client-cert': `:${base64.repeat(20)}:` },
    'another header': { 'x-client-cert': `:${base64}:` },
    'the words of another proxy': {
      'ssl-client-verify': 'SUCCESS',
      'ssl-client-subject-dn': DN.tls_client_auth_subject_dn,
    },
  }
  for (const [what, headers] of Object.entries(wrong)) {
    assert.deepEqual(await world.ask(client_id, headers), REFUSED, what)
  }
  assert.equal((await world.ask(client_id, header(made))).status, 200)
})

test('MT-01, attack: a header from any other address is dropped, and the log told once', async (t) => {
  const world = await proxied(t)
  const client_id = await byCertificate(world)
  for (const from of ['203.0.113.7', '11.0.0.1', '::1', '::ffff:203.0.113.7']) {
    const headers = { ...header(made), 'x-forwarded-for': PROXY }
    assert.deepEqual(await world.ask(client_id, headers, from), REFUSED, from)
  }
  const told = world.logged.filter((line) => 'header' in line)
  assert.equal(told.length, 1)
  assert.deepEqual(
    { ...told[0], request_id: '' },
    {
      request_id: '',
      header: 'Client-Cert',
      address: '203.0.113.7',
      message: 'client certificate dropped: its sender is not in trust_proxy',
    },
  )
  assert.equal(JSON.stringify(world.logged).includes(made.base64), false)
})

test('MT-01, attack: certificates out of their time, and other names of the header, prove nothing', async (t) => {
  const world = await proxied(t, { client_cert_header: 'X-Forwarded-Tls-Client-Cert' })
  const client_id = await byCertificate(world)
  const named = ({ base64 }: Made) => ({ 'X-Forwarded-Tls-Client-Cert': base64 })
  const name = 'C=DE,O=Acme,CN=client'
  const over = await ca.issue({ name, now: at, from: -7, to: -1 })
  const early = await ca.issue({ name, now: at, from: 1, to: 7 })
  assert.deepEqual(await world.ask(client_id, named(over)), REFUSED)
  assert.deepEqual(await world.ask(client_id, named(early)), REFUSED)
  assert.deepEqual(await world.ask(client_id, header(made)), REFUSED, 'the header by default is another')
  assert.equal((await world.ask(client_id, named(made))).status, 200)
  world.advance(8 * 86_400)
  assert.deepEqual(await world.ask(client_id, named(made)), REFUSED)
})

test('MT-01, attack: with tls_client_ca a certificate that a proxy let through needs an issuer from there too', async (t) => {
  const client_authorities = certificatesIn(ca.cert)
  const world = await proxied(t, { tls_client_ca: 'ca.crt' }, { client_authorities })
  const client_id = await byCertificate(world)
  const name = 'C=DE,O=Acme,CN=client'
  const namesake = await authority('CN=Authority', at)
  const between = await made.issue({ name, now: at })
  for (const other of [
    await selfSigned({ name, now: at }),
    await namesake.issue({ name, now: at }),
    between,
  ]) {
    assert.deepEqual(await world.ask(client_id, header(other)), REFUSED)
  }
  assert.equal((await world.ask(client_id, header(made))).status, 200)
})

test('MT-01: self_signed_tls_client_auth takes the certificate in x5c, or any of a key registered without', async (t) => {
  const world = await proxied(t)
  const own = await selfSigned({ name: 'CN=any', now: at })
  const other = await selfSigned({ name: 'CN=any', now: at })
  const register = (jwk: object): Promise<string> =>
    byCertificate(world, {
      token_endpoint_auth_method: 'self_signed_tls_client_auth',
      jwks: { keys: [jwk] },
    })
  const by_certificate = await register({ ...own.public_jwk, x5c: [own.base64] })
  const by_key = await register(own.public_jwk)
  for (const client_id of [by_certificate, by_key]) {
    assert.equal((await world.ask(client_id, header(own))).status, 200)
    assert.deepEqual(await world.ask(client_id, header(other)), REFUSED)
    assert.deepEqual(await world.ask(client_id, header(made)), REFUSED)
    assert.deepEqual(await world.ask(client_id), REFUSED)
  }
  const theirs = await register({ ...own.public_jwk, x5c: [other.base64] })
  assert.deepEqual(await world.ask(theirs, header(own)), REFUSED, 'x5c is what counts')
})

test('MT-01: self_signed_tls_client_auth looks at jwks_uri, and again where the certificate is new', async (t) => {
  const world = await proxied(t)
  const old = await selfSigned({ name: 'CN=any', now: at })
  const renewed = await selfSigned({ name: 'CN=any', now: at })
  const client_id = await byCertificate(world, {
    token_endpoint_auth_method: 'self_signed_tls_client_auth',
    jwks_uri: 'https://client.example/jwks',
  })
  let published: 'old' | 'new' | 'gone' = 'old'
  const keysOf = async ({ public_jwk, base64 }: Made) => ({ keys: [{ ...public_jwk, x5c: [base64] }] })
  const remote_jwks: RemoteJwks = {
    latest: async () => {
      if (published === 'gone') throw new Error('it cannot be had')
      return keysOf(old)
    },
    renewed: async () => (published === 'new' ? keysOf(renewed) : undefined),
  }
  const app = createApp({ ...world.server, remote_jwks })
  const status = async (shown: Made): Promise<number> => {
    const body = new URLSearchParams({ client_id, grant_type: 'client_credentials' })
    const init = { method: 'POST', headers: header(shown), body }
    const request = new Request('https://id.example/oauth/token', init)
    return (await app.request(Object.assign(request, { ip: PROXY }))).status
  }
  assert.deepEqual([await status(old), await status(renewed)], [200, 401])
  published = 'new'
  assert.deepEqual([await status(old), await status(renewed)], [200, 200])
  published = 'gone'
  assert.deepEqual([await status(old), await status(renewed)], [401, 401])
})

test('CA-07: who shows a certificate may not show a secret in its place, nor the other way round', async (t) => {
  const world = await proxied(t)
  const client_id = await byCertificate(world)
  const form = { grant_type: 'client_credentials', client_secret: 'ocs_any' }
  assert.deepEqual(await world.ask(client_id, header(made), PROXY, form), REFUSED)
  const { client_id: with_secret } = await testClient(world.server)
  assert.deepEqual(await world.ask(with_secret, header(made)), REFUSED)
})

test('MT-02: tokens of a client that wants it are bound to its certificate, as introspection tells', async (t) => {
  const world = await proxied(t)
  const client_id = await byCertificate(world, { ...DN, tls_client_certificate_bound_access_tokens: true })
  const { body } = await world.ask(client_id, header(made))
  assert.equal(body['token_type'], 'Bearer')
  const token = String(body['access_token'])
  const seen = await world.ask(client_id, header(made), PROXY, { token }, 'introspect')
  const x5t = thumbprint(new X509Certificate(made.cert))
  assert.match(x5t, /^[\w-]{43}$/)
  assert.deepEqual(seen.body['cnf'], { 'x5t#S256': x5t })
  const unbound = await byCertificate(world)
  const plain = await world.ask(unbound, header(made))
  const told = await world.ask(
    unbound,
    header(made),
    PROXY,
    { token: String(plain.body['access_token']) },
    'introspect',
  )
  assert.deepEqual([told.body['active'], told.body['cnf']], [true, undefined])
})

test('MT-02: a JWT says in its claims to which certificate it is bound', async (t) => {
  const world = await proxied(t, { access_token_format: 'jwt' })
  const client_id = await byCertificate(world, { ...DN, tls_client_certificate_bound_access_tokens: true })
  const { body } = await world.ask(client_id, header(made))
  const { cnf } = decodeJwt(String(body['access_token']))
  assert.deepEqual(cnf, { 'x5t#S256': thumbprint(new X509Certificate(made.cert)) })
})

test('MT-02, MT-03: a refresh token of a public client is bound too; another certificate, or none, gets nothing', async (t) => {
  const world = await proxied(t)
  const client = await appClient(world.server, {
    token_endpoint_auth_method: 'none',
    tls_client_certificate_bound_access_tokens: true,
  })
  const own = await selfSigned({ name: 'CN=phone', now: at })
  const other = await selfSigned({ name: 'CN=phone', now: at })
  const { code } = await allow(world.server, client)
  const redeem = {
    grant_type: 'authorization_code',
    code,
    code_verifier: VERIFIER,
    redirect_uri: 'https://a.example/cb',
  }
  const without = await world.ask(client.client_id, {}, PROXY, redeem)
  assert.deepEqual([without.status, without.body['error']], [401, 'invalid_client'])
  const { status, body } = await world.ask(client.client_id, header(own), PROXY, redeem)
  assert.equal(status, 200, JSON.stringify(body))
  const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) }
  const stolen = await world.ask(client.client_id, header(other), PROXY, refresh)
  assert.deepEqual([stolen.status, stolen.body['error']], [400, 'invalid_grant'])
  const unproven = await world.ask(client.client_id, {}, PROXY, refresh)
  assert.deepEqual([unproven.status, unproven.body['error']], [401, 'invalid_client'])
  assert.equal((await world.ask(client.client_id, header(own), PROXY, refresh)).status, 200)
})

test('MT-03, MD-05: metadata says what can be done with a certificate here, and where', async (t) => {
  const documentOf = async (given: object) => {
    const { server } = await testServer(t, {
      settings: completeSettings({ issuer: 'https://id.example/tenant', ...given }),
    })
    const answer = await createApp(server).request('/.well-known/oauth-authorization-server/tenant')
    const document = (await answer.json()) as AuthorizationServerMetadata
    const { token_endpoint_auth_methods_supported: methods, ...rest } = document
    const certificate_methods = methods.filter((method: string) => method.includes('tls'))
    assert.deepEqual(
      rest.introspection_endpoint_auth_methods_supported.filter((method: string) => method.includes('tls')),
      certificate_methods,
    )
    return [certificate_methods, rest.tls_client_certificate_bound_access_tokens, rest.mtls_endpoint_aliases]
  }
  const both = ['tls_client_auth', 'self_signed_tls_client_auth']
  assert.deepEqual(await documentOf({}), [[], undefined, undefined])
  assert.deepEqual(await documentOf({ trust_proxy: '::1', client_cert_header: 'off' }), [
    [],
    undefined,
    undefined,
  ])
  assert.deepEqual(await documentOf({ trust_proxy: '::1' }), [both, true, undefined])
  const tls = { tls_cert: 'a', tls_key: 'b' }
  assert.deepEqual(await documentOf(tls), [['self_signed_tls_client_auth'], true, undefined])
  assert.deepEqual(await documentOf({ ...tls, tls_client_ca: 'c' }), [both, true, undefined])
  const at_issuer = { ...tls, mtls_url: 'https://id.example' }
  assert.deepEqual(await documentOf(at_issuer), [['self_signed_tls_client_auth'], true, undefined])
  const base = 'https://mtls.id.example/tenant/oauth'
  assert.deepEqual(await documentOf({ ...tls, mtls_url: 'https://mtls.id.example' }), [
    ['self_signed_tls_client_auth'],
    true,
    {
      token_endpoint: `${base}/token`,
      revocation_endpoint: `${base}/revoke`,
      introspection_endpoint: `${base}/introspect`,
      pushed_authorization_request_endpoint: `${base}/par`,
    },
  ])
})
