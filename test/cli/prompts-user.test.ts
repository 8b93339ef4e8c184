/** What the commands for people ask, in a real pseudo-terminal. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { LAUNCHER, oauthd, temporaryFolder } from '../_process.ts'
import { CTRL_C, ENTER, type Terminal, terminal } from './_terminal.ts'

const PASSWORD = 'correct horse'

const place = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  return {
    /** In a terminal. */
    asked: (...args: readonly string[]): Terminal =>
      terminal(t, process.execPath, [LAUNCHER, ...args], { cwd: path }),
    /** Without one; gives what it printed. */
    unasked: async (args: readonly string[], input = ''): Promise<string> => {
      const { code, stdout, stderr } = await oauthd(args, { cwd: path, input })
      assert.equal(code, 0, stderr)
      return stdout.trim()
    },
  }
}

test('contract, prompts: user:create asks for the password, which is not shown; a short one is asked for again', async (t) => {
  const { asked, unasked } = await place(t)
  const there = asked('user:create', 'ana')
  await there.shows(/Password:/)
  there.type(`short${ENTER}`)
  await there.shows(/it must have 8 characters or more/)
  there.type(`\u0015${PASSWORD}${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0, shown)
  assert.match(shown, /Created ana \(us_\w+\)\r\n/)
  assert.doesNotMatch(shown, /short|correct|horse/)
  assert.match(await unasked(['user:list', '-q']), /^us_/)
})

test('contract, prompts: --password-stdin on a terminal asks instead of waiting without a word', async (t) => {
  const { asked } = await place(t)
  const there = asked('user:create', 'ana', '--password-stdin')
  await there.shows(/Password:/)
  there.type(`${PASSWORD}${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0, shown)
  assert.doesNotMatch(shown, /correct|horse/)
})

test('contract, prompts: user:set-password asks for the new password; Ctrl-C is 130 and leaves the old one', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(['user:create', 'ana', '--password-stdin'], PASSWORD)
  const before = await unasked(['user:list', '--json'])
  const left = asked('user:set-password', 'ana')
  await left.shows(/Password:/)
  left.type(CTRL_C)
  assert.equal((await left.ended).code, 130)
  assert.equal(await unasked(['user:list', '--json']), before)
  const there = asked('user:set-password', 'ana')
  await there.shows(/Password:/)
  there.type(`another horse${ENTER}`)
  const { code, shown } = await there.ended
  assert.equal(code, 0, shown)
  assert.match(shown, /New password for ana\r\n/)
  assert.doesNotMatch(shown, /another horse/)
})

test('contract, user:delete: on a terminal it asks with what is lost; Enter is no, y does it', async (t) => {
  const { asked, unasked } = await place(t)
  await unasked(['user:create', 'ana', '--password-stdin'], PASSWORD)
  const question = /ana: 0 sessions, 0 consents, 0 authorizations go for good\. Delete\? .*y\/N/
  const kept = asked('user:delete', 'ana')
  await kept.shows(question)
  kept.type(ENTER)
  const { code, shown } = await kept.ended
  assert.equal(code, 1)
  assert.match(shown, /nothing was done: delete was declined/)
  assert.match(await unasked(['user:list', '-q']), /^us_/)
  const there = asked('user:delete', 'ana')
  await there.shows(question)
  there.type(`y${ENTER}`)
  assert.equal((await there.ended).code, 0)
  assert.equal(await unasked(['user:list', '-q']), '')
})

test('contract, every command: --json on a terminal does not ask for a password', async (t) => {
  const { asked } = await place(t)
  const missing = await asked('user:create', 'ana', '--json').ended
  assert.equal(missing.code, 2)
  assert.match(missing.shown, /--password-stdin is required/)
  const waiting = await asked('user:create', 'ana', '--password-stdin', '--json').ended
  assert.equal(waiting.code, 2)
  assert.match(waiting.shown, /the password is expected on stdin/)
})
