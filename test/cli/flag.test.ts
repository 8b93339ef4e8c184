import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Context, defineCommand } from '../../src/cli/command.ts'
import { Failure } from '../../src/cli/failure.ts'
import {
  choice,
  count,
  duration,
  lifetime,
  operand,
  optionalOperand,
  text,
  texts,
  toggle,
} from '../../src/cli/flag.ts'
import { readGlobals } from '../../src/cli/globals.ts'
import { lookFirst, parseCommand } from '../../src/cli/parse.ts'

let seen: unknown
const command = defineCommand({
  name: 'thing:make',
  modes: ['json'],
  flags: {
    name: text('N', 'its name'),
    redirect_uri: texts('URL', 'where to'),
    public: toggle('without a secret'),
    introspect: choice(['own', 'any'], 'what it may ask'),
    overlap: duration('how long'),
    limit: count('how many', 1, 100),
    access_token_ttl: lifetime('how long a token lives'),
  },
  operands: { id: operand('ID', 'which one'), other: optionalOperand('OTHER', 'another') },
  settings: ['port'],
  examples: [],
  output: [],
  exit: [],
  see: [],
  run: async ({ flags, operands }) => {
    seen = { ...flags, ...operands }
    return flags.public ? 3 : undefined
  },
})

const run = async (words: string, surroundings = { env: {}, stdin: {}, stderr: {} }) => {
  const argv = words.split(' ')
  const globals = readGlobals(lookFirst(argv).globals, surroundings)
  const nothing = (): never => assert.fail('not to be used')
  const print = {
    mode: globals.mode,
    result: nothing,
    list: nothing,
    raw: nothing,
    note: nothing,
    instruct: nothing,
    warn: nothing,
    mask: nothing,
    heard: nothing,
    hasReader: nothing,
  }
  const ask = { interactive: false, text: nothing, secret: nothing, confirm: nothing }
  const context: Context = { globals, print, ask, config: nothing, stop: nothing }
  return command.run(parseCommand(argv, command), context)
}

const refusal = async (words: string): Promise<string> => {
  try {
    await run(words)
  } catch (error) {
    if (error instanceof Failure && error.exit === 2) return error.message
    throw error
  }
  return 'accepted'
}

test('house 9: a command gets each flag and operand under its name, read', async () => {
  const code = await run(
    'thing:make x --redirect-uri https://a/cb --name A --redirect-uri https://b/cb --public --introspect any ' +
      '--overlap 24h --limit 7 --access-token-ttl 30m --json',
  )
  assert.equal(code, 3)
  assert.deepEqual(seen, {
    name: 'A',
    redirect_uri: ['https://a/cb', 'https://b/cb'],
    public: true,
    introspect: 'any',
    overlap: 86_400,
    limit: 7,
    access_token_ttl: 1800,
    id: 'x',
    other: undefined,
  })
})

test('house 9: what is not given is undefined, an empty list or false', async () => {
  assert.equal(await run('thing:make x y'), 0)
  assert.deepEqual(seen, {
    name: undefined,
    redirect_uri: [],
    public: false,
    introspect: undefined,
    overlap: undefined,
    limit: undefined,
    access_token_ttl: undefined,
    id: 'x',
    other: 'y',
  })
})

test('contract, exit codes: a flag that cannot be read is wrong usage and is named', async () => {
  assert.equal(await refusal('thing:make x --introspect all'), '--introspect must be own or any')
  assert.equal(
    await refusal('thing:make x --overlap soon'),
    '--overlap must be a time, such as 90, 30m, 24h or 7d',
  )
  assert.equal(await refusal('thing:make x --limit 0'), '--limit must be a whole number from 1 to 100')
  assert.equal(await refusal('thing:make x --limit 1e1'), '--limit must be a whole number from 1 to 100')
  assert.match(await refusal('thing:make x --access-token-ttl 0'), /^--access-token-ttl must be a time/)
  assert.equal(await refusal('thing:make x --name --overlap 1'), '--name needs a value')
  assert.equal(await refusal('thing:make x --name'), '--name needs a value')
  assert.equal(await refusal('thing:make'), 'thing:make needs ID')
  assert.equal(await refusal('thing:make '), 'ID is empty')
})

test('contract, exit codes: an empty value, a flag as a value and a second value are wrong usage', async () => {
  assert.equal(await refusal('thing:make x --name='), '--name is empty')
  assert.equal(await refusal('thing:make x --redirect-uri='), '--redirect-uri is empty')
  assert.equal(await refusal('thing:make x '), 'OTHER is empty')
  assert.equal(await refusal('thing:make x --name --no-input'), '--name needs a value')
  assert.equal(await refusal('thing:make x --redirect-uri --public'), '--redirect-uri needs a value')
  assert.equal(await refusal('thing:make x --name A --name B'), '--name is given twice')
  // An alias sets what its caller overrides: of a setting the last one counts.
  assert.equal(await refusal('thing:make x --port 1 --port 2'), 'accepted')
  assert.equal(await refusal('thing:make x --config a --config b'), 'accepted')
  assert.equal(await refusal('thing:make x --public --public --name -'), 'accepted')
})

test('LG-01: words too many are not repeated, for one of them may be a token', async () => {
  assert.equal(await refusal('thing:make x y oat_secret'), 'too many words: thing:make takes ID OTHER')
})
