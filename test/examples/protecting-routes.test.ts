/** docs/guides/protecting-routes.md, every block of it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHECKOUT } from '../_process.ts'
import { type Clone, openClone } from './_clone.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

test('contract, middleware: every block of docs/guides/protecting-routes.md works when pasted', async (t) => {
  await clone.runDocument(t, 'docs/guides/protecting-routes.md')
})

test('contract, README: the API in five lines is the first program of the guide, which is run', async () => {
  const text = (name: string): Promise<string> => readFile(join(CHECKOUT, name), 'utf8')
  const [, shown = ''] = /## Protect an API[^`]*```ts\n([\s\S]*?)```/.exec(await text('README.md')) ?? []
  assert.match(shown, /requireScope/)
  assert.ok((await text('docs/guides/protecting-routes.md')).includes(shown))
})
