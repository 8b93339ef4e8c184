import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { createClient, rotateSecret } from '../src/clients.ts'
import { keyFile } from '../src/master-secret.ts'
import { revokeOne } from '../src/revocations.ts'
import { now } from '../src/server.ts'
import { createToken } from '../src/tokens.ts'
import { allow, appClient, member, redeem, refresh, VERIFIER } from './_person.ts'
import { type TestServer, testClient, testServer } from './_server.ts'

/** Errors with their causes and stacks too. */
const WHOLE = { depth: null, maxStringLength: null, maxArrayLength: null } as const

/** Everything that a server leaves behind: its files, and what it logged. */
const traces = ({ db, logged }: TestServer): ReadonlyMap<string, Buffer> => {
  const files = [db, `${db}-wal`, `${db}-shm`, keyFile(db)].filter((file) => existsSync(file))
  return new Map([
    ...files.map((file) => [file, readFileSync(file)] as const),
    ['log', Buffer.from(inspect(logged, WHOLE))],
  ])
}

/**
 * Ways in which a clear value could rest: as it is, its secret part alone, and the bytes that this
 * stands for. The id of a token is public, and its checksum says nothing.
 */
const shapes = (clear: string): readonly Buffer[] => {
  const secret = /^(?:o(?:at|rt|ac)_.{26}|ocs_)(.{43}).{6}$/.exec(clear)?.[1]
  if (secret === undefined) return [Buffer.from(clear)]
  const bytes = Buffer.from(secret, 'base64url')
  return [Buffer.from(clear), Buffer.from(secret), bytes, Buffer.from(bytes.toString('hex'))]
}

const found = (server: TestServer, clear: string): readonly string[] =>
  [...traces(server)]
    .filter(([, bytes]) => shapes(clear).some((one) => bytes.includes(one)))
    .map(([name]) => name)

/** Uses the server in every way that shows or takes a clear value; gives all of them. */
const busyDay = async (at: TestServer): Promise<ReadonlySet<string>> => {
  const { server, post } = at
  const seen = new Set<string>()
  const chosen = 'chosen-by-the-operator-0123456789'
  await createClient(
    server,
    { client_name: 'C', grant_types: ['client_credentials'] },
    { client_secret: chosen },
  )
  seen.add(chosen)
  for (let times = 0; times < 3; times += 1) {
    const { client, client_id, client_secret: first } = await testClient(server, { introspect: 'any' })
    const rotated = await rotateSecret(server, client_id, { overlap: 60 })
    const client_secret = rotated?.client_secret ?? ''
    const minted = await createToken(server, { client })
    const answers = []
    for (const secret of [first, client_secret, server.secrets.clientSecret(), 'guessed-by-somebody-else']) {
      seen.add(secret)
      const form = { grant_type: 'client_credentials', client_id, client_secret: secret }
      answers.push(await post('token', form))
    }
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 401, 401],
    )
    const tokens = [minted, ...answers.map(({ body }) => body)].flatMap(
      ({ access_token }) => access_token ?? [],
    )
    for (const token of [...tokens.map(String), server.secrets.accessToken(server.clock()).access_token]) {
      seen.add(token)
      await post('introspect', { client_id, client_secret, token })
    }
    await post('revoke', { client_id, client_secret, token: String(tokens[0]) })
    await revokeOne(server, String(tokens[1]))
    // A token where a secret belongs, and a secret where a token belongs.
    await post('token', { grant_type: 'client_credentials', client_id, client_secret: String(tokens[2]) })
    await post('introspect', { client_id, client_secret, token: client_secret })
  }
  await server.keys.published(now(server))
  return seen
}

const busyServer = async (t: TestContext): Promise<{ at: TestServer; seen: ReadonlySet<string> }> => {
  const at = await testServer(t)
  return { at, seen: await busyDay(at) }
}

test('CA-08, LG-01: no clear secret or token is in database, log file, index, key file or log', async (t) => {
  const { at, seen } = await busyServer(t)
  assert.equal(seen.size, 1 + 3 * (2 + 1 + 4) + 1)
  assert.ok(existsSync(`${at.db}-wal`), 'there is a log file to look into')
  for (const clear of seen) assert.deepEqual(found(at, clear), [], clear)
})

test('CA-08, LG-01: nor is any after the log file has gone into the database', async (t) => {
  const { at, seen } = await busyServer(t)
  await at.server.close()
  assert.ok(!existsSync(`${at.db}-wal`))
  for (const clear of seen) assert.deepEqual(found(at, clear), [], clear)
})

test('RT-11, LG-01: codes and refresh tokens, used, retried and replayed, are nowhere in clear, nor in the log', async (t) => {
  const at = await testServer(t)
  const client = await appClient(at.server)
  const { code } = await allow(at.server, client)
  const answers = [await redeem(at, client, code)]
  const first = member(answers[0] ?? { status: 0, body: {} }, 'refresh_token')
  for (let n = 0; n < 2; n += 1) answers.push(await refresh(at, client, first))
  for (let n = 0; n < 2; n += 1)
    answers.push(
      await refresh(at, client, member(answers[1 + n] ?? { status: 0, body: {} }, 'refresh_token')),
    )
  await redeem(at, client, code, { code_verifier: 'x'.repeat(43) })
  await redeem(at, client, code)
  const seen = new Set([
    code,
    VERIFIER,
    ...answers.flatMap(({ body }) => [body['access_token'], body['refresh_token']]),
  ])
  assert.equal(seen.size, 2 + 5 + 3)
  for (const clear of seen) assert.deepEqual(found(at, String(clear)), [], String(clear))
  await at.server.close()
  for (const clear of seen) assert.deepEqual(found(at, String(clear)), [], String(clear))
})

test('KEY-05: the master secret is in the key file and nowhere else; no private key is in clear', async (t) => {
  const { at } = await busyServer(t)
  const master = readFileSync(keyFile(at.db), 'utf8').trim()
  assert.deepEqual(found(at, master), [keyFile(at.db)])
  for (const member of ['"d":', '"qi":']) assert.deepEqual(found(at, member), [])
})

test('CA-08: this search finds a clear value where there is one', async (t) => {
  const at = await testServer(t)
  const clear = at.server.secrets.clientSecret()
  await createClient(at.server, { client_name: clear, grant_types: ['client_credentials'] })
  assert.deepEqual(found(at, clear), [`${at.db}-wal`])
  await createClient(at.server, { client_name: clear.slice(4, 47), grant_types: ['client_credentials'] })
  assert.deepEqual(found(at, clear), [`${at.db}-wal`])
  await at.server.close()
  assert.deepEqual(found(at, clear), [at.db])
  assert.deepEqual(found({ ...at, logged: [{ clear }] }, clear), [at.db, 'log'])
})
