/** What the library tells, and where. */
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createOAuthServer, type Log, OAuthError, type OAuthServer } from '../../src/index.ts'
import { environment } from '../_environment.ts'
import { connection, temporaryFolder } from '../_store.ts'
import { appServer, asked, ERP, tokensOf } from './_app.ts'

const SKIP = process.platform === 'win32' ? 'modes are not of Windows' : false

/** A server whose database others may read, and whose tables go away: a warning, then a fault. */
const troubled = async (t: TestContext, log?: Log): Promise<string> => {
  environment(t, {})
  const db = join(temporaryFolder(t), 'app.db')
  await (await createOAuthServer({ db, enabled: true })).close()
  chmodSync(db, 0o644)
  const server: OAuthServer = await createOAuthServer({ db, enabled: true, ...(log && { log }) })
  t.after(() => server.close())
  connection(t, db).exec('ALTER TABLE oauth_signing_key RENAME TO elsewhere')
  const answer = await server.fetch(new Request('http://localhost/oauth/jwks'))
  assert.equal(answer.status, 503)
  return answer.headers.get('x-request-id') ?? ''
}

test('HTTP-18, CL-03: a log that is given hears of warnings, faults and requests', {
  skip: SKIP,
}, async (t) => {
  const heard: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] = []
  const at =
    (level: string) =>
    (fields: object, message: string): void => {
      heard.push({ level, fields: { ...fields }, message })
    }
  const request_id = await troubled(t, { info: at('info'), warn: at('warn'), error: at('error') })
  assert.deepEqual(
    heard.map(({ level }) => level),
    ['warn', 'error', 'info'],
  )
  const [warning, fault, request] = heard
  assert.equal(warning?.fields['code'], 'database_file_mode')
  assert.match(warning?.message ?? '', /0644/)
  assert.equal(fault?.fields['request_id'], request_id)
  assert.ok(fault?.fields['err'] instanceof Error)
  assert.equal(request?.fields['request_id'], request_id)
})

test('HTTP-18, CL-03: without one, warnings and faults are a line each on standard error', {
  skip: SKIP,
}, async (t) => {
  const written = t.mock.method(process.stderr, 'write', () => true)
  const request_id = await troubled(t)
  const lines = written.mock.calls.map(({ arguments: [line] }) => String(line))
  written.mock.restore()
  assert.equal(lines.length, 2)
  for (const line of lines) assert.match(line, /^[^\n]+\n$/)
  assert.match(lines[0] ?? '', /^oauthd: warning: .*0644.*database_file_mode/)
  assert.match(lines[1] ?? '', /^oauthd: error: fault .*no such table/)
  assert.ok(lines[1]?.includes(request_id))
})

test('contract, library: a listener that throws what JSON cannot hold harms nothing, and is told of', async (t) => {
  environment(t, {})
  const written = t.mock.method(process.stderr, 'write', () => true)
  const server = await createOAuthServer({ db: join(temporaryFolder(t), 'app.db'), enabled: true })
  t.after(() => server.close())
  const round: { round?: object } = {}
  round.round = round
  const itsOwnCause = new Error('around')
  itsOwnCause.cause = itsOwnCause
  for (const thrown of [round, 1n, itsOwnCause]) {
    server.on('client_created', () => {
      throw thrown
    })
  }
  await server.clients.create({ client_name: 'ERP', grant_types: ['client_credentials'] })
  const lines = written.mock.calls.map(({ arguments: [line] }) => String(line))
  written.mock.restore()
  assert.equal(lines.length, 3)
  for (const line of lines) assert.match(line, /^oauthd: error: listener failed [^\n]+\n$/)
  assert.match(lines.join(''), /Circular.*1n.*around/s)
})

const failing: Readonly<Record<string, () => never>> = {
  throws() {
    throw new Error('the disk of the log is full')
  },
  rejects: () => Promise.reject(new Error('the log is elsewhere')) as never,
}

for (const [how, fail] of Object.entries(failing)) {
  test(`contract, library: a log that ${how} harms no call and no request, and the process is warned once`, async (t) => {
    const warned = t.mock.method(process, 'emitWarning', () => {})
    const log: Log = { info: fail, warn: fail, error: fail }
    const server = await appServer(t, { log, pages: { accent: '#ffff00' } })
    server.on('authorization_approved', fail)
    const client = await server.clients.create(ERP)
    const authorization = await server.validateAuthorizationRequest(asked(client.client_id))
    const { code } = await server.approveAuthorizationRequest(authorization, { sub: 'user-1' })
    assert.match(code, /^oac_/)
    await server.denyAuthorizationRequest(authorization)
    const elsewhere = asked(client.client_id, { redirect_uri: 'https://other.example' })
    await assert.rejects(server.validateAuthorizationRequest(elsewhere), OAuthError)
    const answer = await server.fetch(new Request('http://localhost/oauth/token', { method: 'POST' }))
    assert.equal(answer.status, 401)
    assert.equal((await tokensOf(server, client)).access_token.slice(0, 4), 'oat_')
    assert.deepEqual(
      warned.mock.calls.map(({ arguments: [words] }) => words),
      ['log.warn failed: lines are missing from the log'],
    )
  })
}
