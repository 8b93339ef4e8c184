import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProgress } from '../../src/cli/progress.ts'

test('contract, db:backup: it is told on a terminal, from half a second on, once a percent, and is wiped at the end', () => {
  for (const isTTY of [true, false]) {
    let at = 0
    const written: string[] = []
    const stream = { isTTY, write: (text: string) => written.push(text) }
    const progress = createProgress('Copying', { stream, clock: () => at })
    progress.tell(1, 200)
    assert.deepEqual(written, [])
    at = 500
    for (const done of [100, 101, 102]) progress.tell(done, 200)
    progress.end()
    progress.end()
    assert.deepEqual(written, isTTY ? ['\rCopying 50 %', '\rCopying 51 %', `\r${' '.repeat(12)}\r`] : [])
  }
})
