/** Rotations by the command line while other processes serve from the same file. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { after, test } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { LAUNCHER, oauthd, start } from '../_process.ts'
import { activeOf, connections, openSite, tokenOf } from './_site.ts'

const site = await openSite()
after(() => site.close())

const FLAGS = ['--issuer', 'https://id.example', '--access-token-format', 'jwt']
const [one, two] = await Promise.all([site.serve(...FLAGS), site.serve(...FLAGS)])
const [first, second] = [connections(one.url), connections(two.url)]
after(() => {
  first.close()
  second.close()
})
const client = await site.client()
const form = { grant_type: 'client_credentials', ...client }
const key = `${site.db}.key`

const command = async (...args: readonly string[]): Promise<string> => {
  const ended = await oauthd([...args, '--db', site.db, '--json'])
  assert.equal(ended.code, 0, ended.stderr)
  return ended.stdout
}

const issue = async ({ post }: typeof first): Promise<string> => tokenOf(await post('/oauth/token', form))

const kidOf = (jwt: string): string => String(decodeProtectedHeader(jwt).kid)

test('KEY-07: while the master secret is rotated, two processes go on, and no token or secret is lost', async () => {
  const before = [await issue(first), await issue(second)]
  const old = readFileSync(key, 'utf8')
  const asking = Promise.all([first, second].flatMap((at) => Array.from({ length: 8 }, () => issue(at))))
  assert.match(await command('secret:rotate', '--yes'), /^\{"reencrypted":\{"keys":2\}\}/)
  assert.notEqual(readFileSync(key, 'utf8'), old)
  const tokens = [...before, ...(await asking), await issue(first), await issue(second)]
  for (const { post } of [first, second]) {
    assert.ok((await activeOf(post, client, tokens)).every((active) => active))
  }
})

test('KEY-04: a key that is revoked beside them is replaced at both, under the secret that came meanwhile', async () => {
  const dead = await issue(first)
  const { successor } = JSON.parse(await command('key:revoke', kidOf(dead), '--yes'))
  for (const [at, other] of [
    [first, second],
    [second, first],
  ] as const) {
    const jwt = await issue(at)
    assert.equal(kidOf(jwt), successor)
    assert.deepEqual(await activeOf(other.post, client, [dead, jwt]), [false, true])
  }
  await assert.rejects(jwtVerify(dead, createRemoteJWKSet(new URL('/oauth/jwks', two.url))))
  await jwtVerify(await issue(first), createRemoteJWKSet(new URL('/oauth/jwks', two.url)))
})

test('KEY-02: a new key is in the key set of both at once, and signs nothing yet', async () => {
  const { kid, previous } = JSON.parse(await command('key:rotate'))
  for (const { url, post } of [
    { ...one, ...first },
    { ...two, ...second },
  ]) {
    const { keys } = (await (await fetch(`${url}/oauth/jwks`)).json()) as { keys: { kid: string }[] }
    assert.deepEqual(new Set(keys.map((each) => each.kid)), new Set([kid, previous.kid]))
    assert.equal(kidOf(tokenOf(await post('/oauth/token', form))), previous.kid)
  }
})

test('KEY-07: killed when it has just touched the key file, a rotation leaves a database and a key file that fit', async () => {
  const token = await issue(first)
  const changed = Promise.withResolvers<void>()
  const watcher = watch(dirname(key), (_, name) => {
    if (name === basename(key)) changed.resolve()
  })
  const rotation = start(process.execPath, [LAUNCHER, 'secret:rotate', '--yes', '--db', site.db], {
    input: '',
  })
  await Promise.race([changed.promise, rotation.ended])
  await rotation.stop('SIGKILL')
  watcher.close()
  assert.ok(existsSync(key))
  const [{ kid }] = JSON.parse(await command('key:list'))
  assert.ok(kid)
  const fresh = await site.serve(...FLAGS)
  const third = connections(fresh.url)
  after(() => third.close())
  for (const { post } of [first, second, third]) {
    assert.deepEqual(await activeOf(post, client, [token, await issue(third)]), [true, true])
  }
})
