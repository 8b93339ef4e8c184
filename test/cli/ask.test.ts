import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createAsker } from '../../src/cli/ask.ts'
import { type ProcessOptions, run, temporaryFolder } from '../_process.ts'
import { CTRL_C, CTRL_D, ENTER, terminal } from './_terminal.ts'

const PROGRAM = fileURLToPath(new URL('_asking.ts', import.meta.url))

const asking = (t: TestContext, words: readonly string[], options?: ProcessOptions) =>
  terminal(t, process.execPath, [PROGRAM, ...words], options)

test('contract, prompts: a prompt is on stderr, so that stdout holds only the answer', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const file = join(path, 'stdout.txt')
  const line = `'${process.execPath}' '${PROGRAM}' text > '${file}'`
  const there = terminal(t, 'sh', ['-c', line])
  await there.shows(/Name/)
  there.type(`x${ENTER}`)
  await there.shows(/too short/)
  there.type(`yz${ENTER}`)
  const { code } = await there.ended
  assert.equal(code, 0)
  assert.equal(await readFile(file, 'utf8'), 'answer=xyz\n')
})

test('contract, prompts: a secret is asked for without showing it, also when - is read from a terminal', async (t) => {
  for (const [what, prompt] of [
    ['secret', /Secret:/],
    ['stdin', /Token:/],
  ] as const) {
    const there = asking(t, [what])
    await there.shows(prompt)
    there.type('hunter2')
    there.type(ENTER)
    const { code, shown } = await there.ended
    assert.equal(code, 0, what)
    assert.match(shown, /answer=hunter2/)
    assert.equal(shown.split('hunter2').length, 2, 'it is shown by the answer alone')
  }
})

test('contract, every command: what cannot be undone is asked for, and Enter is no', async (t) => {
  const there = asking(t, ['confirm'])
  await there.shows(/Shop: 12 active tokens stop working\. Revoke\? .*y\/N/)
  there.type(ENTER)
  const { code, shown } = await there.ended
  assert.equal(code, 1)
  assert.match(shown, /error:.* nothing was done: revoke was declined/)
})

test('contract, every command: y does it, and --yes does it without asking', async (t) => {
  const there = asking(t, ['confirm'])
  await there.shows(/Revoke\?/)
  there.type(`y${ENTER}`)
  assert.equal((await there.ended).code, 0)
  const unasked = await asking(t, ['confirm', '--yes']).ended
  assert.equal(unasked.code, 0)
  assert.doesNotMatch(unasked.shown, /Revoke\?/)
})

test('contract, exit codes: Ctrl-C and the end of input at a prompt are 130', async (t) => {
  for (const key of [CTRL_C, CTRL_D]) {
    for (const question of ['text', 'secret', 'confirm']) {
      const there = asking(t, [question])
      await there.shows(/Name|Secret|Revoke/)
      there.type(key)
      const { code, shown } = await there.ended
      assert.equal(code, 130, `${question} ${JSON.stringify(key)} ${shown}`)
    }
  }
})

test('contract, every command: nothing is asked with --no-input, OAUTHD_NO_INPUT, CI, --json, --env or -q', async (t) => {
  const cases: readonly (readonly [string[], ProcessOptions])[] = [
    [['text', '--no-input'], {}],
    [['text', '-q'], {}],
    [['text', '--env'], {}],
    [['text'], { env: { CI: 'true' } }],
    [['text'], { env: { OAUTHD_NO_INPUT: '1' } }],
  ]
  for (const [words, options] of cases) {
    const { code, shown } = await asking(t, words, options).ended
    assert.equal(code, 2, words.join(' '))
    assert.match(shown, /error:.* --name is required\r\n/)
    assert.match(shown, /hint:.* add --name N; it is asked for only on a terminal/)
  }
  const { code, shown } = await asking(t, ['confirm', '--json']).ended
  assert.equal(code, 2)
  assert.match(shown, /^\{"error":\{"code":"usage".*--yes.*\}\}\r\n$/)
})

test('contract, every command: without a terminal nothing is asked, whatever waits on stdin', async () => {
  const text = await run(process.execPath, [PROGRAM, 'text'], { input: 'A\n' })
  assert.deepEqual([text.code, text.stdout], [2, ''])
  const confirm = await run(process.execPath, [PROGRAM, 'confirm'], { input: 'y\n' })
  assert.deepEqual([confirm.code, confirm.stdout], [2, ''])
  assert.match(
    confirm.stderr,
    /^error: Shop: 12 active tokens stop working: --yes is required\nhint: add --yes/,
  )
})

test('contract, every command: a secret from stdin loses one trailing newline and nothing else', async () => {
  const cases = { 'abc\n': 'abc', 'abc\r\n': 'abc', abc: 'abc', ' a b \n\n': ' a b \n' }
  for (const [input, secret] of Object.entries(cases)) {
    const { code, stdout } = await run(process.execPath, [PROGRAM, 'stdin'], { input })
    assert.deepEqual([code, stdout], [0, `answer=${secret}\n`])
  }
  for (const input of ['', '\n', 'a'.repeat(70_000)]) {
    const { code, stderr } = await run(process.execPath, [PROGRAM, 'stdin'], { input })
    assert.equal(code, 2)
    assert.match(stderr, /^error: the token on stdin is /)
  }
})

test('contract, exit codes: with --yes nothing is counted before it is done', async () => {
  const loss = () => Promise.reject(new Error('counted'))
  await createAsker({ interactive: false, yes: true }).confirm({ loss, verb: 'revoke' })
  await assert.rejects(createAsker({ interactive: false, yes: false }).confirm({ loss, verb: 'revoke' }), {
    message: 'counted',
  })
})
