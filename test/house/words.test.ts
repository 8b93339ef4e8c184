import assert from 'node:assert/strict'
import { test } from 'node:test'
import { titleFaults, titlesOf, wordFaults } from './_rules.ts'
import { filesBelow, read, sources } from './_source.ts'

const faults = (text: string): readonly string[] => wordFaults({ path: 'src/x.ts', text })

test('style: no way round the types, no default exports, nothing left for later', () => {
  const house = /^test\/house\//
  assert.deepEqual(
    sources('src', 'test', 'bench', 'examples')
      .filter(({ path }) => !house.test(path))
      .flatMap(wordFaults),
    [],
  )
})

test('style: each way round the types is found', () => {
  const planted = [
    'const a: any = b',
    'const a = b as any',
    'const a = new Map<string, any>()',
    'const a = b!.c',
    'const a = b()!',
    'const a = b[0]! + 1',
    'export default a',
    'export { a as default }',
    '// @ts-expect-error because',
    '// TODO later',
  ]
  for (const line of planted) assert.equal(faults(line).length, 1, line)
})

test('style: honest code that looks alike is not found', () => {
  const honest = [
    'if (a !== b && !c) return !d',
    "const a = 'any'",
    'const anyOf = company',
    'assert.deepEqual(await sees(any, any), b)',
    'const a: Company = many',
    "import Database from 'better-sqlite3'",
    "assert.ok(yes, 'done!')",
    '// takes any of them, by default!',
  ]
  for (const line of honest) assert.deepEqual(faults(line), [])
})

test('style 16: the title of a test names the source of the requirement and the requirement', () => {
  assert.deepEqual(
    sources('test')
      .filter(({ path }) => path.endsWith('.test.ts'))
      .flatMap(titleFaults),
    [],
  )
})

test('style 16: a title without a source is found', () => {
  const text =
    "test('works', () => {})\ntest(\n  'RFC 7009 2.2: an unknown token is no error',\n  () => {})\n"
  assert.deepEqual(titlesOf(text), ['works', 'RFC 7009 2.2: an unknown token is no error'])
  assert.deepEqual(titleFaults({ path: 'test/x.test.ts', text }), [
    "test/x.test.ts: 'works' names no requirement",
  ])
  const cut = "test('issue 2, part 1: it does work', () => {})"
  assert.equal(titleFaults({ path: 'test/x.test.ts', text: cut }).length, 1)
})

test('house: bin/oauthd.js is the only JavaScript', () => {
  const scripts = ['src', 'bin', 'test', 'bench', 'examples']
    .flatMap(filesBelow)
    .filter((path) => /\.[cm]?js$/.test(path))
  assert.deepEqual(scripts, ['bin/oauthd.js'])
})

test('decision 0006: the lockfile holds no download address', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved": "[a-z+]+:/)
})

test('decision 0006: each package under allowScripts is a dependency, and only node may run one', () => {
  const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> }
  assert.deepEqual(
    Object.keys(allowScripts).filter((name) => allowScripts[name]),
    ['node'],
  )
})
