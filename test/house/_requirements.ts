/**
 * docs/requirements.md: which test shows which requirement, made from the titles of the tests.
 * `npm run requirements` writes it anew; test/house/requirements.test.ts says when that is due.
 */
import { writeFileSync } from 'node:fs'
import { titlesOf } from './_rules.ts'
import { type Source, sources } from './_source.ts'

export const DOCUMENT = 'docs/requirements.md'

interface Shown {
  readonly source: string
  readonly requirement: string
  readonly path: string
}

/** A title is `SOURCE: requirement`. */
const shownBy = (path: string, title: string): Shown => {
  const colon = title.indexOf(': ')
  return { source: title.slice(0, colon), requirement: title.slice(colon + 2), path }
}

const HEAD = `# Requirements

Which test shows which requirement; made from the titles of the tests by \`npm run requirements\`. \`CA-02\` and its like
are our own numbers for what the standards oblige us to and for what we chose where they are silent; OAuth 2.1 is
draft-ietf-oauth-v2-1.
`

/** The document, from the paths and texts of test files. */
export const requirements = (files: readonly Source[]): string => {
  const shown = files.flatMap(({ path, text }) => titlesOf(text).map((title) => shownBy(path, title)))
  const bySource = Map.groupBy(shown, ({ source }) => source)
  const names = [...bySource.keys()].sort(new Intl.Collator('en', { numeric: true }).compare)
  const sections = names.map((name) => {
    const rows = (bySource.get(name) ?? []).map(({ requirement, path }) => `- ${requirement} (\`${path}\`)`)
    return `## ${name}\n\n${rows.join('\n')}\n`
  })
  return [HEAD, ...sections].join('\n')
}

export const currentRequirements = (): string =>
  requirements(sources('test').filter(({ path }) => path.endsWith('.test.ts')))

if (import.meta.main) writeFileSync(DOCUMENT, currentRequirements())
