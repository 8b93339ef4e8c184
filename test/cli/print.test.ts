import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { Mode } from '../../src/cli/globals.ts'
import { createPrinter, type Listing } from '../../src/cli/print.ts'
import { layTable } from '../../src/cli/table.ts'

const printer = (
  mode: Mode,
  options: { tty?: boolean; columns?: number; env?: Record<string, string> } = {},
) => {
  const said = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') =>
    Object.assign(new PassThrough().on('data', (chunk) => (said[name] += chunk)).setEncoding('utf8'), {
      isTTY: options.tty ?? false,
      columns: options.columns ?? 80,
      getColorDepth: () => 1,
    })
  const print = createPrinter(
    { mode, env_prefix: 'OAUTH_' },
    { stdout: stream('stdout'), stderr: stream('stderr'), env: options.env ?? {} },
  )
  return { print, said }
}

const CREATED = {
  json: () => ({ client_id: 'cl_1' }),
  ids: ['cl_1'],
  env: { CLIENT_ID: 'cl_1', CLIENT_SECRET: "it's $5" },
  title: 'Created Shop\u001b[2J',
  fields: [
    ['client_id', 'cl_1'],
    ['scope', ''],
  ],
  secrets: ['ocs_x'],
} as const

test('CL-01: one result in four forms, and stdout holds nothing else', () => {
  const forms = {
    human: 'Created Shop�[2J\n  client_id  cl_1\n  scope\n',
    json: '{"client_id":"cl_1"}\n',
    quiet: 'cl_1\n',
    env: `OAUTH_CLIENT_ID=cl_1\nOAUTH_CLIENT_SECRET='it'\\''s $5'\n`,
  } as const
  for (const mode of ['human', 'json', 'quiet', 'env'] as const) {
    const { print, said } = printer(mode)
    print.result(CREATED)
    print.note('next: do something')
    assert.equal(said.stdout, forms[mode], mode)
    assert.equal(said.stderr, mode === 'human' ? 'next: do something\n' : '', mode)
  }
})

test('CL-01: a warning is never left out, and is one line of JSON with --json', () => {
  for (const mode of ['human', 'quiet', 'env'] as const) {
    const { print, said } = printer(mode)
    print.warn('the file is open to others', 'chmod 600 x')
    assert.equal(said.stderr, 'warning: the file is open to others\nhint: chmod 600 x\n', mode)
  }
  const { print, said } = printer('json')
  print.warn('x', 'y')
  assert.equal(said.stderr, '{"warning":{"message":"x","hint":"y"}}\n')
})

test("contract, every command: in GitHub's runner a secret is masked on stderr before it is printed", () => {
  const { print, said } = printer('json', { env: { GITHUB_ACTIONS: 'true' } })
  print.result(CREATED)
  assert.equal(said.stderr, '::add-mask::ocs_x\n')
  assert.equal(said.stdout, '{"client_id":"cl_1"}\n')
})

const LISTING: Listing<{ id: string; name: string }> = {
  rows: [
    { id: 'cl_1', name: 'Shop' },
    { id: 'cl_22', name: 'A\tB\nC' },
  ],
  json: (row) => row,
  id: ({ id }) => id,
  columns: [
    { head: 'CLIENT ID', cell: ({ id }) => id },
    { head: 'NAME', cell: ({ name }) => name },
  ],
  empty: 'no clients yet',
}

test('contract, lists: a piped list is tab-separated without a header, and a tab inside a value cannot shift it', async () => {
  const { print, said } = printer('human')
  await print.list(LISTING)
  assert.equal(said.stdout, 'cl_1\tShop\ncl_22\tA�B�C\n')
})

test('contract, lists: on a terminal a list is aligned under its heads and cut to the width', async () => {
  const { print, said } = printer('human', { tty: true })
  await print.list(LISTING)
  assert.match(said.stdout, /^CLIENT ID {2}NAME\ncl_1 {7}Shop\ncl_22 {6}A�B�C\n$/)
  const lines = layTable(['ID', 'NAME'], [['cl_1', 'x'.repeat(60)]], 30)
  assert.deepEqual(
    lines.map((line) => line.length <= 30),
    [true, true],
  )
  assert.match(lines[1] ?? '', /^cl_1 {2}x+…$/)
})

test('contract, lists: an empty list is [] in JSON, nothing with -q, and a word on stderr for people', async () => {
  const expected = { json: ['[]\n', ''], quiet: ['', ''], human: ['', 'no clients yet\n'] } as const
  for (const mode of ['json', 'quiet', 'human'] as const) {
    const { print, said } = printer(mode)
    await print.list({ ...LISTING, rows: [] })
    assert.deepEqual([said.stdout, said.stderr], expected[mode], mode)
  }
})

test('CL-01: --env quotes whatever a shell would read something into, a tilde too', () => {
  for (const [value, shown] of [
    ['ocs_a-b', 'ocs_a-b'],
    ['https://id.example:8443/a?b', "'https://id.example:8443/a?b'"],
    ['~root/0123456789abcdef', "'~root/0123456789abcdef'"],
    ['a:~root', "'a:~root'"],
    ['', "''"],
  ] as const) {
    const { print, said } = printer('env')
    print.result({ json: () => ({}), env: { CLIENT_SECRET: value } })
    assert.equal(said.stdout, `OAUTH_CLIENT_SECRET=${shown}\n`)
  }
})
