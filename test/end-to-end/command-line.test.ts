/** What the command line changes holds for the next request at a server that runs (CL-02). */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { oauthd } from '../_process.ts'
import { activeOf, type Credentials, connections, openSite, tokenOf } from './_site.ts'

const site = await openSite()
const serving = await site.serve()
const { post, close } = connections(serving.url)
after(async () => {
  close()
  await site.close()
})

/** Runs a command on the server's file; gives the one JSON document that it prints. */
const command = async (args: readonly string[], input = ''): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await oauthd([...args, '--json', '--db', site.db], { input })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Record<string, unknown>
}

const create = async (...args: readonly string[]): Promise<Credentials> => {
  const given = ['--name', 'Machine', '--grant', 'client_credentials', '--scope', 'a b', ...args]
  const { client_id, client_secret } = await command(['client:create', ...given])
  return { client_id: String(client_id), client_secret: String(client_secret) }
}

const ask = (client: Credentials): ReturnType<typeof post> =>
  post('/oauth/token', { grant_type: 'client_credentials', ...client })

const scopeOf = async (client: Credentials): Promise<unknown> =>
  (JSON.parse((await ask(client)).text) as { scope?: unknown }).scope

test('CL-02: a client made by the command line gets a token at once; both tell the same about it', async () => {
  const client = await create()
  const token = tokenOf(await ask(client))
  const told = await command(['token:introspect', '-'], token)
  const { text } = await post('/oauth/introspect', { token, ...client })
  assert.deepEqual(told, JSON.parse(text))
  assert.equal(told['iss'], serving.issuer)
  assert.equal(told['active'], true)
})

test('CL-02, RV-07: a token minted by the command line is active, and dead as soon as it is revoked there', async () => {
  const client = await create()
  const { access_token } = await command(['token:create', '--client', client.client_id, '--scope', 'a'])
  const token = String(access_token)
  assert.deepEqual(await activeOf(post, client, [token]), [true])
  await command(['token:revoke', '-'], token)
  assert.deepEqual(await activeOf(post, client, [token]), [false])
})

test('CL-02: a rotated secret is dead on the next request and the new one works', async () => {
  const client = await create()
  tokenOf(await ask(client))
  const { client_secret } = await command(['client:rotate-secret', client.client_id, '--yes'])
  assert.equal((await ask(client)).status, 401)
  tokenOf(await ask({ ...client, client_secret: String(client_secret) }))
})

test('CL-02: a changed scope and a default scope hold for the next request', async () => {
  const client = await create()
  assert.equal(await scopeOf(client), 'a b')
  await command(['client:update', client.client_id, '--scope', 'c d'])
  assert.equal(await scopeOf(client), 'c d')
  await command(['scope:set', 'd', '--description', 'D', '--default'])
  assert.equal(await scopeOf(client), 'd')
  const metadata = await fetch(`${serving.url}/.well-known/oauth-authorization-server`)
  assert.deepEqual(((await metadata.json()) as Record<string, unknown>)['scopes_supported'], ['d'])
})

test('CL-02, CA-11: a revoked client is refused on the next request, its tokens inactive', async () => {
  const [client, reader] = [await create(), await create('--introspect', 'any')]
  const token = tokenOf(await ask(client))
  assert.deepEqual(await activeOf(post, reader, [token]), [true])
  await command(['client:revoke', client.client_id, '--yes'])
  assert.equal((await ask(client)).status, 401)
  assert.deepEqual(await activeOf(post, reader, [token]), [false])
})
