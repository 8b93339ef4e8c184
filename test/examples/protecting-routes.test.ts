/** docs/guides/protecting-routes.md, every block of it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHECKOUT } from '../_process.ts'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

test('contract, middleware: every block of docs/guides/protecting-routes.md works when pasted', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/protecting-routes.md', {
    ports: [3000, 3001, 3002, 3003, 3004],
    jobs: [
      [/api\.ts/, 3000],
      [/express\.ts/, 3001],
      [/fastify\.ts/, 3002],
      [/hono\.ts/, 3003],
      [/web\.ts/, 3004],
    ],
  })
})

test('contract, README: the API in five lines is the first program of the guide, which is run', async () => {
  const text = (name: string): Promise<string> => readFile(join(CHECKOUT, name), 'utf8')
  const [, shown = ''] = /## Protect an API[^`]*```ts\n([\s\S]*?)```/.exec(await text('README.md')) ?? []
  assert.match(shown, /requireScope/)
  assert.ok((await text('docs/guides/protecting-routes.md')).includes(shown))
})
