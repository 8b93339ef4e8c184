import assert from 'node:assert/strict'
import { test } from 'node:test'
import { currentRequirements, DOCUMENT, requirements } from './_requirements.ts'
import { read } from './_source.ts'

test('house 1: docs/requirements.md is what the titles of the tests say', () => {
  assert.ok(read(DOCUMENT) === currentRequirements(), `${DOCUMENT} is out of step: npm run requirements`)
})

test('house 1: requirements stand in the order of their numbers, with every test that shows them', () => {
  const files = [
    { path: 'test/b.test.ts', text: "test('CA-10: ten', () => {})\ntest('CA-02: two', () => {})" },
    { path: 'test/a.test.ts', text: "test('CA-02: two again', () => {})" },
  ]
  const document = requirements(files)
  const body = document.slice(document.indexOf('## '))
  assert.equal(
    body,
    '## CA-02\n\n- two (`test/b.test.ts`)\n- two again (`test/a.test.ts`)\n\n## CA-10\n\n- ten (`test/b.test.ts`)\n',
  )
})

test('house 1: a test stands under each id that its title names, and two spellings of a source are one', () => {
  const titles = [
    'CA-07, JA-01: a',
    'RFC 6749 section 3.3, CA-07: b',
    'RFC 6749 3.3: c',
    'house 4 rule 9: d',
    'house 4, rule 9: e',
    'contract, exit codes: f',
  ]
  const text = titles.map((title) => `test('${title}', () => {})`).join('\n')
  const document = requirements([{ path: 'x', text }])
  assert.deepEqual(document.slice(document.indexOf('## ')).match(/^(## .*|- .)/gm), [
    '## CA-07',
    '- a',
    '- b',
    '## contract, exit codes',
    '- f',
    '## house 4, rule 9',
    '- d',
    '- e',
    '## JA-01',
    '- a',
    '## RFC 6749 3.3',
    '- b',
    '- c',
  ])
})
