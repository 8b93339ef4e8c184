import assert from 'node:assert/strict'
import { test } from 'node:test'
import { purityFaults } from './_rules.ts'
import { codeOf, sources } from './_source.ts'

const faults = (path: string, text: string): readonly string[] => purityFaults({ path, text })

test('house 2: decisions have no clock, no chance, no world and never wait', () => {
  assert.notEqual(sources('src/protocol', 'src/actions', 'src/grants').length, 0)
  assert.deepEqual(sources('src').flatMap(purityFaults), [])
})

test('house 2: each impure call is found, with its line', () => {
  const planted = [
    'const now = Date.now()',
    'const born = new Date()',
    'const luck = Math.random()',
    'const id = randomBytes(16)',
    'const id = crypto.randomUUID()',
    'const home = process.env',
    'const answer = fetch(url)',
    'const row = await one()',
    'setTimeout(retry, 5)',
    'export const f = async () => 1',
  ]
  for (const room of ['protocol', 'actions', 'grants']) {
    for (const line of planted) {
      const [fault] = faults(`src/${room}/x.ts`, `/** Words. */\n${line}\n`)
      assert.match(fault ?? `nothing found in ${line}`, new RegExp(`^src/${room}/x\\.ts:2: is not pure: `))
    }
  }
})

test('house 2: the store and the cryptography have no clock of their own, but may wait', () => {
  assert.equal(faults('src/store/sqlite.ts', 'await x\nsetTimeout(f, Date.now())').length, 1)
  assert.equal(faults('src/crypto/jwt.ts', 'await sign(Date.now())').length, 1)
  assert.equal(faults('src/http/token.ts', 'await sign(Date.now())').length, 0)
})

test('house 2: words in comments, strings and patterns are no calls, what a template computes is', () => {
  /** A template's own opening, kept out of our strings. */
  const open = '$' + '{'
  assert.deepEqual(faults('src/protocol/x.ts', "// await Date.now()\nconst a = 'process.env'\n"), [])
  assert.deepEqual(faults('src/protocol/x.ts', 'const a = /["\'`] await/.test(b) // fetch(\n'), [])
  assert.deepEqual(
    faults('src/protocol/x.ts', `const a = \`fetch( ${open}b ? \`await\` : {}} process.\`\n`),
    [],
  )
  assert.equal(faults('src/protocol/x.ts', `const a = \`at ${open}Date.now()} await\`\n`).length, 1)
  assert.equal(codeOf("a / 'x' / b\n/* c\n */ d"), 'a /     / b\n    \n    d')
})

test('house 2: the reader of code loses none of it: braces and brackets balance in every source', () => {
  for (const { path, text } of sources('src', 'test')) {
    const code = codeOf(text)
    for (const pair of ['{}', '[]', '()']) {
      const [opened, closed] = [...pair].map((letter) => code.split(letter).length)
      assert.equal(opened, closed, `${path}: ${pair}`)
    }
    assert.equal(code.length, text.length, path)
  }
})
