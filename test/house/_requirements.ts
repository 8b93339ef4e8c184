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

/** `CA-02`, `RFC 6749 2.3.1`, `decision 0002`, `house 4`: what a list of sources may be split into. */
const ID = /^([A-Z]+-\d+|(RFC \d+|OAuth 2\.1)( (section|appendix))?( [\w.]+)?|(decision|house|style) \d+)$/

/** One spelling for each: `RFC 6749 section 3.3` is `RFC 6749 3.3`, `house 4 rule 9` is `house 4, rule 9`. */
const normalised = (source: string): string =>
  source.replace(/^(RFC \d+) section /, '$1 ').replace(/^((?:house|style) \d+) rule /, '$1, rule ')

/** The sources of a title: each of `CA-07, JA-01`, and `contract, exit codes` as one. */
const sourcesIn = (words: string): readonly string[] => {
  const parts = words.split(', ')
  return parts.every((part) => ID.test(part)) ? [...new Set(parts.map(normalised))] : [normalised(words)]
}

/** A title is `SOURCE: requirement`. */
const shownBy = (path: string, title: string): readonly Shown[] => {
  const colon = title.indexOf(': ')
  const requirement = title.slice(colon + 2)
  return sourcesIn(title.slice(0, colon)).map((source) => ({ source, requirement, path }))
}

const HEAD = `# Requirements

Which test shows which requirement; made from the titles of the tests by \`npm run requirements\`. \`CA-02\` and its like
are our own numbers for what the standards oblige us to and for what we chose where they are silent; OAuth 2.1 is
draft-ietf-oauth-v2-1. \`decision 0002\` and its like are in docs/decisions; \`contract\` is what we promise at the
command line, over HTTP and to a program, \`house\` how the sources are laid out, \`style\` how they are written. A test
that shows several is listed under each.
`

/** The document, from the paths and texts of test files. */
export const requirements = (files: readonly Source[]): string => {
  const shown = files.flatMap(({ path, text }) => titlesOf(text).flatMap((title) => shownBy(path, title)))
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
