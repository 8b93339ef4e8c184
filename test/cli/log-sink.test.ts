/** A standard error that takes no more, or nothing at all. */
import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { createLogSink, MOST_PENDING } from '../../src/cli/log-sink.ts'

/** A stream that writes when it is told to, and fails when it is told to. */
const stuck = () => {
  const pending: (() => void)[] = []
  const written: string[] = []
  const state = { fails: false }
  const stream = new Writable({
    autoDestroy: false,
    decodeStrings: false,
    write(text: string, _, done) {
      pending.push(() => {
        if (!state.fails) written.push(text)
        done()
      })
    },
  })
  /** Lets everything through, and what comes of that. */
  const flow = async (): Promise<void> => {
    while (pending.length > 0) {
      pending.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { stream, written, state, flow }
}

const LINE = `${'x'.repeat(1023)}\n`
const FITTING = MOST_PENDING / LINE.length + 1

test('contract, serve: a log that nobody reads is dropped beyond a bound, and counted in one line when it is read again', async () => {
  const { stream, written, flow } = stuck()
  const sink = createLogSink(stream)
  for (let count = 0; count < FITTING + 7; count += 1) sink.write(LINE)
  sink.write(LINE + LINE)
  assert.equal(stream.writableLength, FITTING * LINE.length)
  await flow()
  assert.equal(written.length, FITTING + 1)
  const { level, lost, msg } = JSON.parse(written.at(-1) ?? '')
  assert.deepEqual({ level, lost, msg }, { level: 40, lost: 9, msg: 'lines of the log could not be written' })
  sink.write(LINE)
  await flow()
  assert.deepEqual(written.slice(FITTING + 1), [LINE], 'told once')
})

test('contract, serve: lines that failed are counted too, and their count is not lost when it fails', async () => {
  const written: string[] = []
  let failing = /./
  const stream = {
    writableLength: 0,
    write(text: string, done: (error?: Error | null) => void) {
      const fails = failing.test(text)
      if (!fails) written.push(text)
      done(fails ? new Error('ENOSPC') : null)
      return true
    },
  }
  const sink = createLogSink(stream as Writable, (lines) => lines.toUpperCase())
  sink.write('a\nb\n')
  sink.write('c\n')
  failing = /LOST/
  sink.write('d\n')
  assert.deepEqual(written, ['D\n'])
  failing = /^$/
  sink.write('e\n')
  assert.equal(written[1], 'E\n')
  assert.match(written[2] ?? '', /"LOST":3/)
  sink.write('f\n')
  assert.deepEqual(written.slice(3), ['F\n'])
})
