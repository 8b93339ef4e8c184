/** What a newcomer does: curl against the real process. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Ended, run } from '../_process.ts'
import { linesWith, openSite } from './_site.ts'

const site = await openSite()
after(() => site.close())

const serving = await site.serve()
const skip =
  (await run('curl', ['--version'])).code === 0 ? false : 'curl is not installed: apt-get install curl'

/** `-s` as in the README; `-i` so that status and headers are seen. */
const curl = async (
  ...args: readonly string[]
): Promise<{ status: number; head: string; body: string; said: Ended }> => {
  const said = await run('curl', ['-si', '--max-time', '20', ...args])
  assert.equal(said.code, 0, said.stderr)
  const end = said.stdout.indexOf('\r\n\r\n')
  const head = said.stdout.slice(0, end)
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    head,
    body: said.stdout.slice(end + 4),
    said,
  }
}

test('contract, HTTP: with curl a token is asked for, introspected, revoked, and dead on the next request', {
  skip,
}, async () => {
  const { client_id, client_secret } = await site.client()
  const ask = (endpoint: string, ...args: readonly string[]): ReturnType<typeof curl> =>
    curl('-u', `${client_id}:${client_secret}`, `${serving.issuer}/oauth/${endpoint}`, ...args)
  const issued = await ask('token', '-d', 'grant_type=client_credentials', '-d', 'scope=a')
  assert.equal(issued.status, 200)
  const { access_token, ...rest } = JSON.parse(issued.body) as Record<string, unknown>
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'a' })
  const introspect = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await ask('introspect', '-d', `token=${access_token}`)).body) as Record<string, unknown>
  assert.equal((await introspect())['active'], true)
  const revoked = await ask('revoke', '-d', `token=${access_token}`)
  assert.deepEqual([revoked.status, revoked.body], [200, ''])
  assert.deepEqual(await introspect(), { active: false })
  for (const secret of [String(access_token), client_secret]) {
    assert.equal((serving.stderr() + serving.stdout()).includes(secret), false, 'LG-01')
  }
})

test('CA-01: with curl the secret may be in the body, and --data-urlencode is undone', { skip }, async () => {
  const { client_id, client_secret } = await site.client()
  const { status, body } = await curl(
    `${serving.issuer}/oauth/token`,
    ...['--data-urlencode', 'grant_type=client_credentials', '--data-urlencode', `client_id=${client_id}`],
    ...['--data-urlencode', `client_secret=${client_secret}`, '--data-urlencode', 'scope=a b'],
  )
  assert.equal(status, 200)
  assert.equal((JSON.parse(body) as { scope: string }).scope, 'a b')
})

test('HTTP-13, HTTP-08: with curl metadata is read, asked again by ETag, and its head alone', {
  skip,
}, async () => {
  const url = `${serving.issuer}/.well-known/oauth-authorization-server`
  const { status, head, body } = await curl(url)
  assert.equal(status, 200)
  assert.equal((JSON.parse(body) as { issuer: string }).issuer, serving.issuer)
  const etag = /^etag: (.*)$/im.exec(head)?.[1] ?? ''
  assert.equal((await curl(url, '-H', `if-none-match: ${etag}`)).status, 304)
  assert.equal((await curl('-I', url)).status, 200)
  assert.equal((await curl('-X', 'OPTIONS', url)).status, 204)
})

test('HTTP-14: with curl --compressed a token comes as it is', { skip }, async () => {
  const { client_id, client_secret } = await site.client()
  const { head } = await curl(
    '--compressed',
    ...['-u', `${client_id}:${client_secret}`, '-d', 'grant_type=client_credentials'],
    `${serving.issuer}/oauth/token`,
  )
  assert.match(head, /^HTTP\/1\.1 200/)
  assert.doesNotMatch(head, /content-encoding/i)
})

test('ERR-09: with curl the X-Request-Id of an answer finds its line in the log of serve', {
  skip,
}, async () => {
  const { head } = await curl(`${serving.issuer}/oauth/token`, '-d', 'grant_type=client_credentials')
  const request_id = /^x-request-id: (.*)$/im.exec(head)?.[1] ?? '-'
  const [line = '{}'] = await linesWith(serving, request_id)
  const { route, status, error } = JSON.parse(line) as Record<string, unknown>
  assert.deepEqual([route, status, error], ['token', 401, 'invalid_client'])
})
