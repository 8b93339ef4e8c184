import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LONGEST, lengthFaults } from './_rules.ts'
import { sources } from './_source.ts'

test('style 10: a file is one idea on one screen or two', () => {
  assert.deepEqual(sources('src', 'bench', 'examples').flatMap(lengthFaults), [])
})

test('style 10: a file that is one line too long is found', () => {
  const path = 'src/long.ts'
  assert.deepEqual(lengthFaults({ path, text: 'x\n'.repeat(LONGEST) }), [])
  assert.deepEqual(lengthFaults({ path, text: 'x\n'.repeat(LONGEST + 1) }), [
    `${path}: ${LONGEST + 1} lines, ${LONGEST} at most`,
  ])
})
