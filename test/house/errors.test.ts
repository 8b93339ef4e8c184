import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemOf } from '../../src/cli/report.ts'
import { SecretError } from '../../src/master-secret.ts'
import { type ErrorCode, OAuthError } from '../../src/protocol/error.ts'
import { StoreError, type StoreErrorCode } from '../../src/store/store-error.ts'
import { read, sources } from './_source.ts'

/** The exit code of each function that makes a `Failure`. */
const MAKERS: Readonly<Record<string, number>> = { failed: 1, notFound: 3, conflicting: 4 }

const found = (pattern: RegExp, text: string): readonly RegExpExecArray[] => [...text.matchAll(pattern)]

/** The words of a union type, as they stand in its source. */
const union = (path: string, name: string): readonly string[] => {
  const [, words = ''] = new RegExp(`${name}\\s*[=:]((?:\\s*\\|\\s*'[a-z_]+')+)`).exec(read(path)) ?? []
  return found(/'([a-z_]+)'/g, words).map(([, code]) => code ?? '')
}

/** What the sources can answer with: a code, and what its section must say it is answered with. */
const answers = (): readonly (readonly [code: string, label: string])[] => {
  const text = sources('src')
    .map((source) => source.text)
    .join('\n')
  return [
    ...found(/\b(failed|notFound|conflicting)\(\s*'([a-z_]+)'/g, text).map(
      ([, maker = '', code = '']) => [code, `Exit ${MAKERS[maker]}`] as const,
    ),
    ...found(/new Failure\((\d+), '([a-z_]+)'/g, text).map(
      ([, exit, code = '']) => [code, `Exit ${exit}`] as const,
    ),
    ['internal_error', `Exit ${problemOf(undefined).exit}`],
    ...union('src/store/store-error.ts', 'StoreErrorCode').map((code) => {
      // Read from the type's own source.
      const error = new StoreError(code as StoreErrorCode, '')
      return [code, `Exit ${problemOf(error).exit}`] as const
    }),
    ...union('src/master-secret.ts', 'readonly code').map((code) => {
      const error = new SecretError(code as SecretError['code'], '', '')
      return [code, `Exit ${problemOf(error).exit}`] as const
    }),
    // Those an app may give for a denial, and those named where they are thrown.
    ...[
      ...found(/'([a-z_]+)',\n/g, /const DENIALS = \[[^\]]*/.exec(text)?.[0] ?? ''),
      ...found(/new OAuthError\(\s*'([a-z_]+)'/g, text),
    ].map(([, code = '']) => {
      const error = new OAuthError(code as ErrorCode, '')
      const { exit } = problemOf(error)
      return [code, exit === 2 ? 'Exit 2' : `HTTP ${error.status}`] as const
    }),
  ]
}

const sections = (): ReadonlyMap<string, string> =>
  new Map(
    read('docs/errors.md')
      .split(/^### /m)
      .slice(1)
      .map((section) => {
        const [code = '', ...lines] = section.split(/^## /m)[0]?.trim().split('\n') ?? []
        return [code, lines.join(' ').trim()] as const
      }),
  )

test('contract, error text: docs/errors.md has every code that can be answered, once, and none that cannot', () => {
  const codes = [...new Set(answers().map(([code]) => code))].sort()
  assert.ok(codes.length > 40, `${codes.length} codes were found in the sources`)
  assert.deepEqual([...sections().keys()].sort(), codes)
  assert.equal(sections().size, found(/^### /gm, read('docs/errors.md')).length, 'a code stands there twice')
})

test('contract, error text: each error is documented with its exit code or status, what it means and what to do', () => {
  for (const [code, label] of answers()) {
    const section = sections().get(code) ?? ''
    assert.match(section, new RegExp(`\\b${label}\\b`), code)
    assert.ok(section.length > 60, `${code}: ${section}`)
  }
})
