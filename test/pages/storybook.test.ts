import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CHECKOUT, run, temporaryFolder } from '../_process.ts'
import { stories } from './_stories.ts'

test('ux 3: the storybook writes every page in every state, with style and logo, and an index of them all', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const { code, stdout } = await run(process.execPath, [join(CHECKOUT, 'test/pages/_storybook.ts'), path])
  assert.equal(code, 0)
  const names = stories().map(({ name }) => name)
  assert.equal(stdout, `${names.length} pages: ${join(path, 'index.html')}\n`)
  assert.equal(new Set(names).size, names.length)
  assert.deepEqual(
    readdirSync(path).sort(),
    [...names.map((name) => `${name}.html`), 'index.html', 'logo.svg', 'page.css'].sort(),
  )
  const index = readFileSync(join(path, 'index.html'), 'utf8')
  for (const name of names) assert.ok(index.includes(`href="${name}.html"`), name)
  assert.doesNotMatch(readFileSync(join(path, 'leaving.html'), 'utf8'), /content="0;/, 'it can be looked at')
})
