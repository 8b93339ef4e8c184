/** RFC 8705 over TLS of our own: real handshakes, and who tries to pass with another certificate. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:https'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { authority, localhost, type Made, selfSigned } from '../_certificates.ts'
import type { Serving } from '../_process.ts'
import { bytesOf, received } from '../http/_wire.ts'
import { type Answer, openSite } from './_site.ts'

const site = await openSite()
after(() => site.close())

const ca = await authority()
const shown = await localhost(ca)
const written = (name: string, text: string): string => {
  const file = join(dirname(site.db), name)
  writeFileSync(file, text)
  return file
}
const TLS = ['--tls-cert', written('id.crt', shown.cert), '--tls-key', written('id.key', shown.key)]
const CLIENT_CA = ['--tls-client-ca', written('ca.crt', ca.cert)]

const NAME = 'C=DE,O=Acme,CN=machine'
const machine = await ca.issue({ name: NAME })
const own = await selfSigned({ name: 'CN=own' })
const { client_id } = await site.client({
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: 'CN=machine,O=Acme,C=DE',
  tls_client_certificate_bound_access_tokens: true,
})
const { client_id: self_signed_id } = await site.client({
  token_endpoint_auth_method: 'self_signed_tls_client_auth',
  jwks: { keys: [{ ...own.public_jwk, x5c: [own.base64] }] },
})

const post = async (
  serving: Serving,
  name: string,
  form: Readonly<Record<string, string>>,
  made?: Made,
  options: RequestOptions = {},
): Promise<Answer> => {
  const asked = request(`${serving.url}/oauth/${name}`, {
    method: 'POST',
    agent: false,
    ca: ca.cert,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    ...(made && { cert: made.cert, key: made.key }),
    ...options,
  })
  asked.end(new URLSearchParams(form).toString())
  const [answer] = await once(asked, 'response')
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return { status: answer.statusCode, headers: answer.headers, text }
}

const FORM = { grant_type: 'client_credentials', client_id }
const REFUSED = [401, '{"error":"invalid_client","error_description":"client authentication failed"}']
const told = ({ status, text }: Answer): readonly unknown[] => [status, text]

test('MT-01, MT-02: over TLS of its own a client is known by its certificate, and its token bound to it', async () => {
  const serving = await site.serve(...TLS, ...CLIENT_CA)
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { status, text } = await post(serving, 'token', FORM, machine, { maxVersion })
    assert.equal(status, 200, text)
    const token = JSON.parse(text).access_token
    const seen = await post(serving, 'introspect', { token, client_id }, machine)
    const { active, cnf } = JSON.parse(seen.text)
    const x5t = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(machine.base64, 'base64')))
    assert.deepEqual([active, cnf], [true, { 'x5t#S256': x5t.toString('base64url') }])
  }
  assert.deepEqual(told(await post(serving, 'token', FORM)), REFUSED)
  await serving.stop()
})

test('MT-01, attack: a certificate of another authority, of another time, of another name or its own is refused', async () => {
  const serving = await site.serve(...TLS, ...CLIENT_CA)
  const namesake = await authority()
  for (const [what, made] of Object.entries({
    'another authority of that name': await namesake.issue({ name: NAME }),
    over: await ca.issue({ name: NAME, from: -7, to: -1 }),
    'not yet': await ca.issue({ name: NAME, from: 1, to: 7 }),
    'another name': await ca.issue({ name: 'C=DE,O=Acme,CN=other' }),
    'signed by itself': await selfSigned({ name: NAME }),
    'issued by a client': await machine.issue({ name: NAME }),
  })) {
    assert.deepEqual(told(await post(serving, 'token', FORM, made)), REFUSED, what)
  }
  const header = { 'client-cert': `:${machine.base64}:`, 'content-type': 'application/x-www-form-urlencoded' }
  assert.deepEqual(told(await post(serving, 'token', FORM, undefined, { headers: header })), REFUSED)
  const { stderr } = await serving.stop()
  assert.equal(stderr.match(/client certificate dropped/g)?.length, 1)
})

test('MT-01: self_signed_tls_client_auth needs no authority, and tls_client_auth is nothing without one', async () => {
  const serving = await site.serve(...TLS)
  const form = { ...FORM, client_id: self_signed_id }
  assert.equal((await post(serving, 'token', form, own)).status, 200)
  assert.deepEqual(told(await post(serving, 'token', form, await selfSigned({ name: 'CN=own' }))), REFUSED)
  assert.deepEqual(told(await post(serving, 'token', form, machine)), REFUSED)
  assert.deepEqual(told(await post(serving, 'token', FORM, machine)), REFUSED)
  await serving.stop()
})

test('MT-01: from a trusted proxy only the header counts, and not the certificate of the proxy', async () => {
  const serving = await site.serve(...TLS, ...CLIENT_CA, '--trust-proxy', '127.0.0.1', '--trust-proxy', '::1')
  assert.deepEqual(told(await post(serving, 'token', FORM, machine)), REFUSED)
  const headers = {
    'client-cert': `:${machine.base64}:`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  assert.equal((await post(serving, 'token', FORM, undefined, { headers })).status, 200)
  const body = { 'client-cert': `:${own.base64}:`, 'content-type': 'application/x-www-form-urlencoded' }
  assert.deepEqual(told(await post(serving, 'token', FORM, machine, { headers: body })), REFUSED)
  await serving.stop()
})

/** Asks for a token on a connection of one's own; gives the answer's status, and the session to go on with. */
const onSession = async (
  serving: Serving,
  options: object,
): Promise<{
  readonly status: number | undefined
  readonly session: Buffer | undefined
  reused: boolean
}> => {
  const socket: TLSSocket = connect({
    port: Number(new URL(serving.url).port),
    host: '127.0.0.1',
    ca: ca.cert,
    ...options,
  })
  let session: Buffer | undefined
  socket.on('session', (given) => {
    session = given
  })
  await once(socket, 'secureConnect')
  const reused = socket.isSessionReused()
  const answers = received(socket)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  socket.write(bytesOf('POST', '/oauth/token', headers, new URLSearchParams(FORM).toString()))
  const [answer] = await answers
  return { status: answer?.status, session, reused }
}

test('MT-01, attack: a session begun without a certificate is not taken up again as one with', async () => {
  const serving = await site.serve(...TLS, ...CLIENT_CA)
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    const bare = await onSession(serving, { maxVersion })
    assert.equal(bare.status, 401)
    const again = await onSession(serving, {
      maxVersion,
      session: bare.session,
      cert: machine.cert,
      key: machine.key,
    })
    assert.deepEqual([again.reused, again.status], [true, 401], maxVersion)
    const proven = await onSession(serving, { maxVersion, cert: machine.cert, key: machine.key })
    assert.equal(proven.status, 200)
    // The secrets of that session are the client's, who has proven the key in it.
    const resumed = await onSession(serving, { maxVersion, session: proven.session })
    assert.deepEqual([resumed.reused, resumed.status], [true, 200], maxVersion)
  }
  await serving.stop()
})

test('RFC 8705 2.1, attack: nobody known by one certificate goes on with another on the same connection', async () => {
  const serving = await site.serve(...TLS, ...CLIENT_CA)
  const { cert, key } = machine
  const port = Number(new URL(serving.url).port)
  const socket = connect({ port, host: '127.0.0.1', ca: ca.cert, cert, key, maxVersion: 'TLSv1.2' })
  await once(socket, 'secureConnect')
  const agreed = new Promise((resolve) => {
    socket.renegotiate({}, () => resolve('agreed on anew'))
    socket.once('error', ({ message }) => resolve(message))
  })
  assert.match(String(await agreed), /no renegotiation/)
  await serving.stop()
})
