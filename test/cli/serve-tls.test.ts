/** `serve --tls-cert`: the endpoints over TLS of our own, from the first byte to the drain. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { authority, localhost, type Made } from '../_certificates.ts'
import { oauthd, type Serving, serve, temporaryFolder } from '../_process.ts'
import { bytesOf, received } from '../http/_wire.ts'

const ca = await authority()
const server_certificate = await localhost(ca)
const folder = await temporaryFolder()
after(folder.remove)

const written = (name: string, text: string): string => {
  const file = join(folder.path, name)
  writeFileSync(file, text)
  return file
}
const cert = written('id.crt', server_certificate.cert)
const key = written('id.key', server_certificate.key)
const client_ca = written('ca.crt', ca.cert)
const TLS = ['--tls-cert', cert, '--tls-key', key]

const served = async (t: TestContext, ...args: readonly string[]): Promise<Serving> => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const serving = await serve([...TLS, ...args], { cwd: path })
  t.after(() => serving.stop('SIGKILL'))
  return serving
}

const portOf = ({ url }: Serving): number => Number(new URL(url).port)

const connected = async (serving: Serving, options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const socket = connect({ port: portOf(serving), host: '127.0.0.1', ca: ca.cert, ...options })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}

/** What is answered to bytes, by status. */
const statuses = async (socket: TLSSocket, bytes: string): Promise<readonly number[]> => {
  const answers = received(socket)
  socket.write(bytes)
  return (await answers).map(({ status }) => status)
}

const HEALTHZ = bytesOf('GET', '/healthz', {})

test('contract, serve: with --tls-cert it listens over TLS, its default issuer is https, and it drains', async (t) => {
  const serving = await served(t)
  assert.match(serving.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  assert.equal(serving.issuer, `https://localhost:${portOf(serving)}`)
  assert.deepEqual(await statuses(await connected(serving), HEALTHZ), [200])
  const asked = get(`${serving.issuer}/.well-known/oauth-authorization-server`, { ca: ca.cert })
  const [answer] = await once(asked, 'response')
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  assert.equal(JSON.parse(text).token_endpoint, `${serving.issuer}/oauth/token`)
  assert.equal((await serving.stop()).code, 0)
})

test('RFC 8705 6.5: TLS 1.2 and 1.3, nothing older, and no plain HTTP; what fails is no line in the log', async (t) => {
  const serving = await served(t)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await connected(serving, { minVersion: version, maxVersion: version })
    assert.deepEqual(await statuses(socket, HEALTHZ), [200], version)
  }
  const ciphers = 'DEFAULT@SECLEVEL=0'
  const old = connect({ port: portOf(serving), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers })
  const [{ code }] = (await once(old, 'error')) as [NodeJS.ErrnoException]
  assert.equal(code, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  const plain = connectTcp(portOf(serving), '127.0.0.1')
  plain.on('error', () => {})
  plain.write(HEALTHZ)
  assert.deepEqual(await received(plain), [])
  const { stderr } = await serving.stop()
  assert.deepEqual(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).route),
    ['healthz', 'healthz'],
  )
})

test('RFC 8705 2: a client certificate is asked for, known or unknown, and nobody needs one', async (t) => {
  const asks = async (serving: Serving, made?: Made): Promise<readonly number[]> =>
    statuses(await connected(serving, made && { cert: made.cert, key: made.key }), HEALTHZ)
  for (const args of [[], ['--tls-client-ca', client_ca]]) {
    const serving = await served(t, ...args)
    assert.deepEqual(await asks(serving), [200])
    assert.deepEqual(await asks(serving, await ca.issue({ name: 'CN=known' })), [200])
    assert.deepEqual(await asks(serving, await authority('CN=unknown')), [200])
    await serving.stop()
  }
})

test('HTTP-17: over TLS a request that has begun is answered, who agrees or says nothing is let go, exit 0', async (t) => {
  const serving = await served(t)
  const silent = connectTcp(portOf(serving), '127.0.0.1')
  const agreeing = connectTcp(portOf(serving), '127.0.0.1')
  for (const socket of [silent, agreeing]) {
    socket.on('error', () => {})
    await once(socket, 'connect')
  }
  // The first bytes of a ClientHello that never goes on.
  agreeing.write(Buffer.from('16030100c8010000c40303', 'hex'))
  const idle = await connected(serving)
  const begun = await connected(serving)
  const answers = received(begun)
  begun.write(HEALTHZ.slice(0, 20))
  assert.deepEqual(await statuses(await connected(serving), HEALTHZ), [200])
  const gone = Promise.all([silent, agreeing, idle].map((socket) => once(socket.resume(), 'close')))
  process.kill(serving.pid, 'SIGTERM')
  await gone
  begun.write(HEALTHZ.slice(20))
  assert.deepEqual(
    (await answers).map(({ status }) => status),
    [200],
  )
  assert.equal((await serving.ended).code, 0)
})

test('RFC 9112 9.3.2: over TLS too a connection that sends on and reads nothing is cut', async (t) => {
  const serving = await served(t)
  const socket = await connected(serving)
  socket.pause()
  const flood = bytesOf('GET', '/healthz', { connection: 'keep-alive' }).repeat(400)
  const closed = once(socket, 'close')
  socket.write(flood)
  socket.on('data', () => {})
  await closed
  assert.deepEqual(await statuses(await connected(serving), HEALTHZ), [200])
})

test('ERR-09: over TLS what Node would refuse by itself has our words and a request id', async (t) => {
  const serving = await served(t)
  const [answer] = await received((await connected(serving)).end('GARBAGE\r\n\r\n'))
  assert.equal(answer?.status, 400)
  assert.ok(answer?.headers['x-request-id'])
  const long = bytesOf('GET', `/${'a'.repeat(20_000)}`, {})
  assert.deepEqual(await statuses(await connected(serving), long), [431])
})

test('contract, exit codes: a certificate that cannot be used is told in one line, before anything is made', async () => {
  const other = await localhost(ca)
  const refused = async (args: readonly string[]): Promise<readonly unknown[]> => {
    const { code, stderr } = await oauthd(['serve', '--port', '0', ...args], { cwd: folder.path })
    return [code, stderr.split('\n')[0]]
  }
  const nowhere = join(folder.path, 'nowhere.crt')
  assert.deepEqual(await refused(['--tls-cert', nowhere, '--tls-key', key]), [
    1,
    `error: tls_cert cannot be read: ${nowhere}`,
  ])
  const wrong = written('other.key', other.key)
  assert.deepEqual(await refused(['--tls-cert', cert, '--tls-key', wrong]), [
    1,
    `error: ${cert} and ${wrong} are no certificate with its key`,
  ])
  const words = written('words.crt', 'no certificate\n')
  assert.deepEqual(await refused([...TLS, '--tls-client-ca', words]), [
    1,
    `error: tls_client_ca is not PEM: ${words}`,
  ])
  assert.deepEqual(await refused([...TLS, '--tls-client-ca', key]), [
    1,
    `error: tls_client_ca holds no certificate: ${key}`,
  ])
  assert.deepEqual(await refused(['--tls-cert', cert]), [2, 'error: tls_key is missing: tls_cert needs it'])
  assert.deepEqual(await refused([...TLS, '--issuer', 'http://localhost:1']), [
    2,
    'error: issuer must be https when tls_cert is set',
  ])
  assert.equal(existsSync(join(folder.path, 'oauthd.db')), false)
})

test('contract, serve: words above the PEM, as tools write them, do no harm', async (t) => {
  const above = 'Bag Attributes\n    friendlyName: id\n'
  const with_words = [
    written('w.crt', above + server_certificate.cert),
    written('w.key', above + server_certificate.key),
  ]
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const serving = await serve(['--tls-cert', with_words[0] ?? '', '--tls-key', with_words[1] ?? ''], {
    cwd: path,
  })
  assert.deepEqual(await statuses(await connected(serving), HEALTHZ), [200])
  await serving.stop()
})
