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
