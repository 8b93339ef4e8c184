import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { LAUNCHER, run, start, temporaryFolder } from '../_process.ts'

test('contract, exit codes: Ctrl-C is 130, also while nothing is asked', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const plant = join(path, 'plant.mjs')
  const text =
    'process.on("newListener", (name) => name === "SIGINT" && setImmediate(() => console.error("ready")))'
  await writeFile(plant, text)
  const create = ['client:create', '--name', 'A', '--grant', 'client_credentials', '--secret-stdin']
  const waiting = start(process.execPath, ['--import', plant, LAUNCHER, ...create], { cwd: path })
  t.after(() => waiting.stop('SIGKILL'))
  await new Promise((resolve) => waiting.child.stderr?.once('data', resolve))
  waiting.child.kill('SIGINT')
  const { code, signal, stdout, stderr } = await waiting.ended
  assert.deepEqual(
    { code, signal, stdout, stderr },
    { code: 130, signal: null, stdout: '', stderr: 'ready\n' },
  )
})

/** When the process sends itself the signal. */
const SIGNALLED = {
  'as soon as it is heard': "process.on('newListener', (name) => name === 'SIGINT' && setImmediate(send))",
  'at the moment it is handed on': "process.on('removeListener', (name) => name === 'SIGINT' && send())",
  'while the command is loaded': `registerHooks({
    load(url, context, next) {
      if (url.endsWith('/cli/serve.ts')) send()
      return next(url, context)
    },
  })`,
} as const

for (const [when, sending] of Object.entries(SIGNALLED)) {
  test(`contract, exit codes: a signal to serve ${when} is 0`, async (t) => {
    const { path, remove } = await temporaryFolder()
    t.after(remove)
    const plant = join(path, 'plant.mjs')
    const send = 'const send = () => process.kill(process.pid, process.env.SIGNAL)'
    const text = `import { registerHooks } from 'node:module'\n${send}\n${sending}`
    await writeFile(plant, text)
    const args = ['--import', plant, LAUNCHER, 'serve', '--port', '0', '--json']
    for (const SIGNAL of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      const { code, signal, stderr } = await run(process.execPath, args, { cwd: path, env: { SIGNAL } })
      assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' }, SIGNAL)
    }
  })
}

test('LG-01: an unexpected error says that it is a bug, and more only with --verbose', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  // Planted from outside: the file is opened through a function that fails as no command expects.
  const plant = join(path, 'plant.mjs')
  const text =
    'import fs from "node:fs/promises"; import { syncBuiltinESMExports } from "node:module";' +
    'fs.open = async () => { throw new RangeError("planted hunter2") }; syncBuiltinESMExports()'
  await writeFile(plant, text)
  const args = ['--import', plant, LAUNCHER, 'config:show']
  const quiet = await run(process.execPath, args, { cwd: path })
  assert.equal(quiet.stdout, '')
  assert.match(quiet.stderr, /^error: .* this is a bug\nhint: .*--verbose.*\n$/)
  const verbose = await run(process.execPath, [...args, '--verbose'], { cwd: path })
  assert.match(verbose.stderr, /RangeError: planted hunter2\n +at /)
  const json = await run(process.execPath, [...args, '--json'], { cwd: path })
  assert.match(json.stderr, /^\{"error":\{"code":"internal_error","message":"[^"]+","hint":"[^"]+"\}\}\n$/)
  for (const { code } of [quiet, verbose, json]) assert.equal(code, 1)
})

test('contract, every command: --no-color beats FORCE_COLOR, and each stream decides on its own', async () => {
  const wrong = (args: readonly string[], env: Record<string, string>) =>
    run(process.execPath, [LAUNCHER, 'config:shw', ...args], { env })
  const esc = String.fromCharCode(27)
  assert.ok((await wrong([], { FORCE_COLOR: '1' })).stderr.includes(esc))
  assert.ok(!(await wrong(['--no-color'], { FORCE_COLOR: '1' })).stderr.includes(esc))
  assert.ok(!(await wrong([], {})).stderr.includes(esc))
})
