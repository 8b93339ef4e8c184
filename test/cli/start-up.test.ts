import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LAUNCHER, run, temporaryFolder } from '../_process.ts'

/** The files that hold commands. */
const COMMANDS: readonly string[] = [
  ...readFileSync(new URL('../../src/cli/commands.ts', import.meta.url), 'utf8').matchAll(
    /import\('\.\/(.+)\.ts'\)/g,
  ),
].map(([, name]) => name ?? '')

const PRELOAD = fileURLToPath(new URL('_loaded.ts', import.meta.url))

/** The packages that a command loads, the folders of src, and the files of commands. */
const loadedBy = async (t: TestContext, ...lines: readonly (readonly string[])[]) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const file = join(path, 'loaded.txt')
  const options = { cwd: path, env: { LOADED_TO: file }, input: 'not-a-token' }
  for (const args of lines) {
    const { code, stderr } = await run(process.execPath, ['--import', PRELOAD, LAUNCHER, ...args], options)
    assert.equal(code, 0, stderr)
  }
  const urls = readFileSync(file, 'utf8').split('\n')
  const parts = (pattern: RegExp): readonly string[] =>
    [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort()
  return {
    packages: parts(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//),
    rooms: parts(/^(?!.*\/node_modules\/).*\/src\/([^/]+)\//),
    commands: parts(/\/src\/cli\/([a-z-]+)\.ts$/).filter((name) => COMMANDS.includes(name)),
  }
}

const CREATE = ['client:create', '--name', 'A', '--grant', 'client_credentials', '--json']

test('contract, start-up: --version alone loads the engine it names, no parser and no command', async (t) => {
  const { packages, rooms, commands } = await loadedBy(t, ['--version'])
  assert.deepEqual(packages, ['better-sqlite3'])
  assert.deepEqual(rooms, ['cli', 'protocol', 'store'])
  assert.deepEqual(commands, [])
})

test('contract, start-up: client:create --json loads no server, no prompt, no table and no other command', async (t) => {
  const { packages, rooms, commands } = await loadedBy(t, CREATE)
  assert.deepEqual(packages, ['better-sqlite3', 'commander', 'jose'])
  assert.deepEqual(rooms, ['actions', 'cli', 'crypto', 'protocol', 'store'])
  assert.deepEqual(commands, ['client-create'])
})

test('contract, start-up: token:introspect --json loads no server, no prompt, no table and no other command', async (t) => {
  const { packages, rooms, commands } = await loadedBy(t, CREATE, ['token:introspect', '-', '--json'])
  assert.deepEqual(packages, ['better-sqlite3', 'commander', 'jose'])
  assert.deepEqual(rooms, ['actions', 'cli', 'crypto', 'protocol', 'resource', 'store'])
  assert.deepEqual(commands, ['token-introspect'])
})
