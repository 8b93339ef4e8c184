import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../src/cli/failure.ts'
import { readGlobals, type Surroundings } from '../../src/cli/globals.ts'
import { lookFirst } from '../../src/cli/parse.ts'

const TERMINAL: Surroundings = { env: {}, stdin: { isTTY: true }, stderr: { isTTY: true } }

const read = (words: string, surroundings: Surroundings = TERMINAL) =>
  readGlobals(lookFirst(words.split(' ').filter(Boolean)).globals, surroundings)

test('contract, every command: a question needs terminals at stdin and stderr and nothing that forbids it', () => {
  assert.equal(read('client:create').interactive, true)
  for (const words of ['--no-input', '--json', '-q', '--quiet', '--env', '--env=X']) {
    assert.equal(read(`client:create ${words}`).interactive, false, words)
  }
  for (const env of [{ CI: 'true' }, { CI: '1' }, { OAUTHD_NO_INPUT: '1' }]) {
    assert.equal(read('client:create', { ...TERMINAL, env }).interactive, false, JSON.stringify(env))
  }
  for (const env of [{ CI: 'false' }, { CI: '' }, { OAUTHD_NO_INPUT: '0' }]) {
    assert.equal(read('client:create', { ...TERMINAL, env }).interactive, true, JSON.stringify(env))
  }
  assert.equal(read('client:create', { ...TERMINAL, stdin: {} }).interactive, false)
  assert.equal(read('client:create', { ...TERMINAL, stderr: {} }).interactive, false)
})

test('contract, every command: two output modes at once are refused', () => {
  for (const words of ['--json -q', '--env --json', '-q --env=X']) {
    assert.throws(
      () => read(words),
      (error) => error instanceof Failure && error.exit === 2,
      words,
    )
  }
})

test('contract, every command: --env takes a prefix in capitals and never swallows the command or an id', () => {
  const cases = {
    '--env client:create': 'OAUTH_',
    'client:create --env': 'OAUTH_',
    'client:create --env ACME': 'ACME_',
    'client:create --env ACME_': 'ACME_',
    'client:create --env=acme': 'acme_',
    'client:rotate-secret --env cl_abc': 'OAUTH_',
  }
  for (const [words, prefix] of Object.entries(cases)) {
    const globals = read(words)
    assert.equal(globals.env_prefix, prefix, words)
    assert.equal(globals.mode, 'env', words)
  }
  assert.deepEqual(lookFirst(['--env', 'client:create']).words, ['client:create'])
  assert.throws(() => read('client:create --env=A-B'), Failure)
  assert.throws(() => read(`client:create --env=${'A'.repeat(65)}`), Failure)
})

test('contract, every command: what follows -- is no option', () => {
  assert.deepEqual(lookFirst(['token:introspect', '--', '--json']).words, ['token:introspect', '--json'])
  assert.equal(readGlobals(lookFirst(['token:introspect', '--', '--json']).globals, TERMINAL).mode, 'human')
})

test('contract, exit codes: --db and --config without a file are wrong usage', () => {
  for (const words of [['--db', '--json'], ['--config='], ['--db']]) {
    assert.throws(
      () => readGlobals(lookFirst(words).globals, TERMINAL),
      (error) => error instanceof Failure && error.exit === 2,
      words.join(' '),
    )
  }
})
