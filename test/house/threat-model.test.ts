import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { routes } from '../../src/http/routes.ts'
import { titlesOf } from './_rules.ts'
import { read, sources } from './_source.ts'

const DOCUMENT = read('docs/security/threat-model.md')

const WELL_KNOWN = '/.well-known/oauth-authorization-server'

const between = (from: string, to: string): string => DOCUMENT.split(from)[1]?.split(to)[0] ?? ''

const inBackticks = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words)

/** The first column of the tables in a part of the document. */
const named = (part: string): readonly string[] =>
  part.split('\n').flatMap((line) => (line.startsWith('| `') ? inBackticks(line.split(' | ')[0] ?? '') : []))

/** RFC 9700 sections 2 and 4: each that says what a server has to do. */
const SECTIONS = [
  '2.1',
  '2.1.1',
  '2.1.2',
  '2.2.1',
  '2.2.2',
  '2.3',
  '2.4',
  '2.5',
  '2.6',
  ...Array.from({ length: 17 }, (_, at) => `4.${at + 1}`),
]

test('house: each test that the threat model names is there, under that title', () => {
  const titles = new Set(
    sources('test').flatMap(({ path, text }) => titlesOf(text).map((title) => `${path}: ${title}`)),
  )
  const told = [...DOCUMENT.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(
    ([, path, title]) => `${path}: ${title}`,
  )
  assert.ok(told.length > 80, `${told.length} tests are named`)
  assert.deepEqual(
    told.filter((one) => !titles.has(one)),
    [],
  )
})

test('house: the threat model has each section of RFC 9700 that asks something of a server, and a test of it', () => {
  const parts = DOCUMENT.split(/^### /m).slice(1)
  assert.deepEqual(
    parts.map((part) => part.split(' ')[0]),
    SECTIONS,
  )
  for (const part of parts) assert.match(part, /^- `test\//m, part.split('\n')[0])
})

test('house: every endpoint and every command is an entry point of the threat model, and nothing else is', () => {
  const endpoints = routes().flatMap(({ at, name, path = name, GET, POST }) => {
    const full = at === 'prefix' ? `/oauth/${path}` : at === 'root' ? `/${path}` : WELL_KNOWN
    return [...(GET ? [`GET ${full}`] : []), ...(POST ? [`POST ${full}`] : [])]
  })
  // Only some listeners have it.
  endpoints.push('GET /metrics')
  assert.deepEqual(
    named(between('## Entry points over HTTP', '## Entry points elsewhere')).toSorted(),
    endpoints.toSorted(),
  )
  assert.deepEqual(
    named(between('## Entry points elsewhere', '## RFC 9700')).toSorted(),
    COMMANDS.map(({ name }) => name).toSorted(),
  )
})
