import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS, findEntry } from '../../src/cli/commands.ts'
import { lookFirst, parseCommand } from '../../src/cli/parse.ts'
import { TOPICS } from '../../src/cli/topics.ts'
import { oauthd } from '../_process.ts'

test('contract, help: help lists every command of a group by its full name, on a line of its own', async () => {
  const { stdout } = await oauthd(['--help'])
  for (const { name, group, summary } of COMMANDS) {
    if (group !== undefined) assert.match(stdout, new RegExp(`^ {2}${name} +${summary.slice(0, 20)}`, 'm'))
  }
  assert.match(stdout, /^Usage: oauthd COMMAND \[options\]$/m)
})

test('house 9: a command bears the name it is listed under, and no two the same', async () => {
  for (const { name, load } of COMMANDS) assert.equal((await load()).name, name)
  assert.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length)
})

test('contract, help: help begins with examples, and each parses as a command line of that command', async () => {
  for (const { name, load } of COMMANDS) {
    const command = await load()
    assert.ok(command.examples.length > 0, name)
    for (const [, line] of command.examples) {
      const [own = ''] = /\boauthd (?:"[^"]*"|[^|<>&)])*/.exec(line) ?? []
      const words = own.match(/"[^"]*"|\S+/g) ?? []
      const argv = words.map((word) => word.replaceAll('"', '')).slice(1)
      assert.equal(lookFirst(argv).words[0], name, line)
      assert.doesNotThrow(() => parseCommand(argv, command), line)
    }
  }
})

test('contract, help: what a command refers to is there', async () => {
  for (const { name, load } of COMMANDS) {
    for (const word of (await load()).see) {
      const topic = /^oauthd help (.+)$/.exec(word)?.[1]
      const there = topic === undefined ? findEntry(word.replace(/^oauthd /, '')) : TOPICS[topic]
      assert.ok(there, `${name}: ${word}`)
    }
  }
})

test('contract, help: --help --json prints the tree of commands with flags, modes and exit codes', async () => {
  const { stdout, code } = await oauthd(['--help', '--json'])
  assert.equal(code, 0)
  const tree = JSON.parse(stdout)
  assert.deepEqual(
    tree.commands.map(({ name }: { name: string }) => name),
    COMMANDS.map(({ name }) => name),
  )
  const one = JSON.parse((await oauthd(['config:show', '--help', '--json'])).stdout)
  assert.equal(one.usage, 'oauthd config:show [options]')
  assert.deepEqual(one.exit_codes, [0, 1, 2])
  assert.deepEqual(one.output_modes, ['human', 'json'])
})

test('contract, help: oauthd help TOPIC answers for every topic that help names', async () => {
  const { stdout } = await oauthd(['help'])
  const named = /oauthd help TOPIC \((.+)\)/.exec(stdout)?.[1]?.split(', ') ?? []
  assert.deepEqual(named, ['environment', 'exit-codes', 'output', 'config'])
  for (const topic of named) assert.equal((await oauthd(['help', topic])).code, 0, topic)
})

test('MD-01: help says which issuer a command falls back on: the recorded one, or that of its own port', async () => {
  const fallback = async (command: string): Promise<unknown> => {
    const { flags } = JSON.parse((await oauthd([command, '--help', '--json'])).stdout)
    return flags.find(({ flag }: { flag: string }) => flag === '--issuer').default
  }
  for (const command of ['serve', 'init']) assert.equal(await fallback(command), 'http://localhost:PORT')
  for (const command of ['client:create', 'client:rotate-secret', 'token:create', 'token:introspect'])
    assert.equal(await fallback(command), 'the one that serve last used, else http://localhost:PORT', command)
})
