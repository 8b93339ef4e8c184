/** People at a running server: made and signed out from the command line, signed in over HTTP. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { oauthd } from '../_process.ts'
import { linesWith, openSite } from './_site.ts'

const PASSWORD = 'correct horse'

const site = await openSite()
const serving = await site.serve()
after(() => site.close())

const command = async (args: readonly string[], input = ''): Promise<unknown> => {
  const { code, stdout, stderr } = await oauthd([...args, '--json', '--db', site.db], { input })
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')

/** Signs in with a browser of its own; gives the status and the cookies it then has. */
const signIn = async (
  username: string,
  password: string,
): Promise<{ readonly status: number; readonly cookie: string }> => {
  const url = `${serving.url}/oauth/sign-in`
  const page = await fetch(url)
  const csrf = /name="csrf" value="([\w-]+)"/.exec(await page.text())?.[1] ?? ''
  const cookie = cookiesOf(page)
  const answered = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: serving.url, 'user-agent': 'Test/1.0' },
    body: new URLSearchParams({ username, password, csrf }),
  })
  return { status: answered.status, cookie: `${cookie}; ${cookiesOf(answered)}` }
}

const isSignedIn = async (cookie: string): Promise<boolean> => {
  const page = await fetch(`${serving.url}/oauth/sign-out`, { headers: { cookie } })
  return (await page.text()).includes('<form ')
}

test('CL-02: a person made by the command line signs in at the running server, and is seen in session:list', async () => {
  const made = (await command(['user:create', 'ana', '--password-stdin'], PASSWORD)) as { sub: string }
  assert.equal((await signIn('ana', 'wrong horse')).status, 401)
  const { status, cookie } = await signIn('ana', PASSWORD)
  assert.equal(status, 303)
  assert.ok(await isSignedIn(cookie))
  const sessions = (await command(['session:list', '--user', 'ana'])) as readonly Record<string, unknown>[]
  assert.deepEqual(
    sessions.map(({ sub, username, user_agent }) => ({ sub, username, user_agent })),
    [{ sub: made.sub, username: 'ana', user_agent: 'Test/1.0' }],
  )
  assert.deepEqual(Object.keys(sessions[0] ?? {}).sort(), [
    'created_at',
    'expires_at',
    'session_id',
    'sub',
    'user_agent',
    'username',
  ])
})

test('CL-02, PG-09: session:revoke, user:set-password and user:delete hold for the next request', async () => {
  const { cookie } = await signIn('ana', PASSWORD)
  const [{ session_id }] = (await command(['session:list', '--limit', '1'])) as [{ session_id: string }]
  assert.deepEqual(await command(['session:revoke', session_id]), { revoked: { sessions: 1 } })
  assert.ok(!(await isSignedIn(cookie)))

  const [one, two] = [await signIn('ana', PASSWORD), await signIn('ana', PASSWORD)]
  await command(['session:revoke', '--user', 'ana'])
  assert.ok(!(await isSignedIn(one.cookie)) && !(await isSignedIn(two.cookie)))

  const kept = await signIn('ana', PASSWORD)
  await command(['user:set-password', 'ana', '--password-stdin', '--keep-sessions'], 'another horse')
  assert.ok(await isSignedIn(kept.cookie))
  assert.equal((await signIn('ana', PASSWORD)).status, 401)
  await command(['user:set-password', 'ana', '--password-stdin'], PASSWORD)
  assert.ok(!(await isSignedIn(kept.cookie)))

  const last = await signIn('ana', PASSWORD)
  await command(['user:delete', 'ana', '--yes'])
  assert.ok(!(await isSignedIn(last.cookie)))
  assert.equal((await signIn('ana', PASSWORD)).status, 401)
})

test('LG-01: no password, no session and no csrf token is in the log of the server', async () => {
  await command(['user:create', 'bob', '--password-stdin'], PASSWORD)
  const { cookie } = await signIn('bob', PASSWORD)
  assert.equal((await linesWith(serving, '"sign_in"')).length > 0, true)
  const log = serving.stderr()
  const secrets = cookie.split('; ').map((pair) => pair.split('=')[1] ?? '')
  for (const secret of [...secrets, PASSWORD, encodeURIComponent(PASSWORD), 'correct+horse']) {
    assert.ok(secret !== '' && !log.includes(secret))
  }
})
