import assert from 'node:assert/strict'
import { extname } from 'node:path'
import { test } from 'node:test'
import { mapFaults } from './_rules.ts'
import { filesAtRoot, filesBelow, foldersIn, isOurs, read } from './_source.ts'

/** What the map must name: each file of these folders, and of test/ its folders and what tests share. */
const tree = (): readonly string[] => [
  ...[
    ...filesAtRoot(),
    ...['.ci', 'bin', 'bench', 'docs', 'examples', 'src'].flatMap(filesBelow),
    ...filesBelow('test').filter((path) => /\/_[^/]*\.ts$/.test(path)),
  ].filter(isOurs()),
  ...foldersIn('test').map((folder) => `test/${folder}/`),
]

/** Files at the root that are nobody's to explain, or that a working copy gathers, as by pasting from the README. */
const UNMAPPED =
  /^(package-lock\.json|oauthd\..*|.*\.(db|key|tgz|log|env|db-wal|db-shm)|token\.txt|answer\.json)$|^\.(git.*|npmrc|DS_Store)$/

test('house 1: docs/map.md names every file, one line a file, and none that is not there', () => {
  const faults = mapFaults(
    read('docs/map.md'),
    tree().filter((path) => !UNMAPPED.test(path)),
  )
  assert.deepEqual(faults, [], `docs/map.md and the tree differ:\n${faults.join('\n')}\n`)
})

test('house 1: a file that the map lacks, one that is gone, one named twice and one without words are found', () => {
  const map = '# Map\n\n- `src/a.ts` what it is\n- `src/a.ts` again\n- `src/b.ts`\n- `src/gone.ts` was here\n'
  assert.deepEqual(mapFaults(map, ['src/a.ts', 'src/b.ts', 'src/new.ts']), [
    'missing: - `src/new.ts` …',
    'not there: src/gone.ts',
    'twice: src/a.ts',
    'no words: src/b.ts',
  ])
})

test('house 1: what pasting the README leaves in a clone, secrets too, git does not see', () => {
  const written = [...read('README.md').matchAll(/ > ([\w.]+)$/gm)].map(([, name]) => name ?? '')
  assert.ok(written.length >= 4, written.join(' '))
  const ignored = read('.gitignore').split('\n')
  assert.deepEqual(
    written.filter((name) => !ignored.includes(name) && !ignored.includes(`*${extname(name)}`)),
    [],
  )
})
