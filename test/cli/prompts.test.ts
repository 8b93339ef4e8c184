/** What the commands ask, in a real pseudo-terminal. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LAUNCHER, oauthd, temporaryFolder } from '../_process.ts'
import { CTRL_C, ENTER, type Terminal, terminal } from './_terminal.ts'

const place = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  return {
    path,
    /** In a terminal. */
    asked: (...args: readonly string[]): Terminal =>
      terminal(t, process.execPath, [LAUNCHER, ...args], { cwd: path }),
    /** Without one; gives what it printed. */
    unasked: async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await oauthd(args, { cwd: path })
      assert.equal(code, 0, stderr)
      return stdout.trim()
    },
  }
}

const CRON = ['client:create', '--name', 'Cron', '--id', 'cron', '--grant', 'client_credentials', '-q']

test('contract, client:create: on a terminal the name is asked for, and an empty one asked for again', async (t) => {
  const { asked, unasked } = await place(t)
  const there = asked('client:create', '--grant', 'client_credentials', '--id', 'shop')
  await there.shows(/Name/)
  there.type(ENTER)
  await there.shows(/it is needed/)
  there.type(`Shop${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0)
  assert.match(shown, /Created Shop\r\n {2}client_id +shop\r\n {2}client_secret +ocs_\S+ {3}# shown once/)
  assert.equal(await unasked('client:list', '-q'), 'shop')
})

test('contract, client:create: on a terminal --secret-stdin asks for the secret and never shows it', async (t) => {
  const { asked } = await place(t)
  const there = asked(...CRON.slice(0, -1), '--secret-stdin')
  await there.shows(/Client secret:/)
  there.type('correct-horse-battery')
  there.type(ENTER)
  const { code, shown } = await there.ended
  assert.equal(code, 0)
  assert.match(shown, /client_secret +as given/)
  assert.doesNotMatch(shown, /correct-horse/)
})

test('contract, client:revoke: on a terminal it asks with what is lost; Enter is no, Ctrl-C 130, y does it', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  await unasked('token:create', '--client', 'cron', '--bare')
  const question = /Cron: 1 active token and the client itself stop working for good\. Revoke\? .*y\/N/
  for (const [keys, code, says] of [
    [ENTER, 1, /error:.* nothing was done: revoke was declined\r\nhint:.* answer y, or add --yes/],
    [CTRL_C, 130, /error:.* cancelled\r\n$/],
  ] as const) {
    const there = asked('client:revoke', 'cron')
    await there.shows(question)
    there.type(keys)
    const ended = await there.ended
    assert.equal(ended.code, code)
    assert.match(ended.shown, says)
    assert.equal(await unasked('client:list', '-q'), 'cron')
  }
  const there = asked('client:revoke', 'cron')
  await there.shows(question)
  there.type(`y${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0)
  assert.match(shown, /Revoked Cron and 1 active token\r\n/)
  assert.equal(await unasked('client:list', '-q'), '')
})

test('contract, prompts: on a terminal token:create asks for the client that is missing', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  const there = asked('token:create')
  await there.shows(/Client ID/)
  there.type(`cron${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0)
  assert.match(shown, /access_token {2}oat_/)
})

test('contract, token:revoke: all tokens of a client go only after a yes', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  await unasked('token:create', '--client', 'cron', '--bare')
  const there = asked('token:revoke', '--client', 'cron')
  await there.shows(/Cron loses 1 active token\. Revoke\?/)
  there.type(ENTER)
  assert.equal((await there.ended).code, 1)
  assert.match(await unasked('token:list', '--active', '-q'), /^[0-9a-z]{26}$/)
})

test('contract, init: on a terminal the issuer is asked for; a wrong one is refused there and then', async (t) => {
  const { path, asked } = await place(t)
  const there = asked('init')
  await there.shows(/Public address \(issuer\).*http:\/\/localhost:6749/)
  there.type(`http://id.example${ENTER}`)
  await there.shows(/it must be https/)
  there.type(`\u0015https://id.example${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0, shown)
  assert.match(shown, /Wrote \.\/oauthd\.toml\r\nStart with: oauthd serve\r\n$/)
  assert.match(readFileSync(join(path, 'oauthd.toml'), 'utf8'), /^issuer = "https:\/\/id\.example"$/m)
})

test('contract, init: Enter takes the default, which stays a comment; Ctrl-C leaves nothing behind', async (t) => {
  const { path, asked } = await place(t)
  const left = asked('init')
  await left.shows(/Public address/)
  left.type(CTRL_C)
  assert.equal((await left.ended).code, 130)
  for (const file of ['oauthd.toml', 'oauthd.db', 'oauthd.db.key'])
    assert.ok(!existsSync(join(path, file)), file)
  const there = asked('init')
  await there.shows(/Public address/)
  there.type(ENTER)
  assert.equal((await there.ended).code, 0)
  assert.match(readFileSync(join(path, 'oauthd.toml'), 'utf8'), /^# issuer = "http:\/\/localhost:6749"$/m)
})

test('contract, token:introspect: - on a terminal asks for the token unseen, and says why it is inactive', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  const token = await unasked('token:create', '--client', 'cron', '--bare')
  for (const [typed, says] of [
    [token, /active {6}yes, for /],
    [token.slice(0, -1), /inactive\r\nwhy: not a token of oauthd, or mistyped\r\n$/],
  ] as const) {
    const there = asked('token:introspect', '-')
    await there.shows(/Token:/)
    there.type(typed)
    there.type(ENTER)
    const { code, shown } = await there.ended
    assert.equal(code, 0)
    assert.match(shown, says)
    assert.ok(!shown.includes(typed))
  }
})

test('contract, every command: --json on a terminal neither asks for what is missing nor waits for it', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  for (const [words, message] of [
    [['token:introspect', '-', '--json'], 'the token is expected on stdin'],
    [['client:create', '--grant', 'client_credentials', '--json'], '--name is required'],
    [[...CRON, '--secret-stdin'], 'the client secret is expected on stdin'],
    [
      ['client:revoke', 'cron', '--json'],
      'Cron: 0 active tokens and .* stop working for good: --yes is required',
    ],
  ] as const) {
    const { code, shown } = await asked(...words).ended
    assert.equal(code, 2)
    assert.match(shown, new RegExp(message))
  }
})

test('contract, lists: on a terminal a list is aligned under its heads', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  const { code, shown } = await asked('client:list').ended
  assert.equal(code, 0)
  assert.match(
    shown,
    /^CLIENT ID {2}NAME {2}TYPE +GRANTS +CREATED\r\ncron {7}Cron {2}confidential +client_credentials +\d+ s ago\r\n$/,
  )
})

test('contract, consent:revoke: on a terminal it asks with what is lost, for one client too; Enter is no', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  await unasked('token:create', '--client', 'cron', '--user', 'app-user-7', '--bare')
  const one = ['consent:revoke', '--user', 'app-user-7', '--client', 'cron']
  for (const [keys, code, says] of [
    [ENTER, 1, /error:.* nothing was done: remove was declined/],
    [CTRL_C, 130, /error:.* cancelled/],
    [`y${ENTER}`, 0, /Removed Cron's access to app-user-7 \(1 token\)/],
  ] as const) {
    const there = asked(...one)
    await there.shows(/this removes Cron's access to app-user-7 \(1 token\)\. Remove\? .*y\/N/)
    there.type(keys)
    const ended = await there.ended
    assert.equal(ended.code, code, ended.shown)
    assert.match(ended.shown, says)
  }
  assert.equal(await unasked('consent:list', '-q'), '')
})

test('contract, flow:client-credentials: on a terminal the secret is asked for, unseen', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(...CRON)
  const there = asked('flow:client-credentials', '--client', 'cron', '--issuer', 'http://127.0.0.1:1')
  await there.shows(/Client secret:/)
  there.type(`correct-horse-battery${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 1)
  assert.match(shown, /error:.* no answer from http:\/\/127\.0\.0\.1:1/)
  assert.doesNotMatch(shown, /correct-horse/)
})
