import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryFolder } from '../_process.ts'
import { parseTranscript, play } from './_transcript.ts'

const FOLDER = new URL('../transcripts/', import.meta.url)

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))) {
  const transcript = parseTranscript(readFileSync(new URL(file, FOLDER), 'utf8'))
  test(transcript.title, async (t) => {
    const { path, remove } = await temporaryFolder()
    t.after(remove)
    const { wanted, got } = await play(transcript, path)
    assert.equal(got, wanted, file)
  })
}

test('house, tests: a transcript that does not hold is told apart', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const text = '# x: y z\n$ echo one; echo two >&2; exit 3\n> {word}\n! tw{*}\n= 3\n$ echo {word}\n> one\n'
  const right = await play(parseTranscript(text), path)
  assert.equal(right.got, right.wanted)
  for (const [from, to] of [
    ['! tw{*}', '! tx{*}'],
    ['= 3', '= 4'],
    ['> one\n', '> two\n'],
    ['> {word}', '> {word}\n> more'],
    ['> {word}\n', ''],
  ] as const) {
    const wrong = await play(parseTranscript(text.replace(from, to)), path)
    assert.notEqual(wrong.got, wrong.wanted, to)
  }
})
