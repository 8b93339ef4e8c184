/** The guides, run as they stand. */
import { after, before, test } from 'node:test'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

test('RFC 6749 4.4: docs/guides/client-credentials.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/client-credentials.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('RFC 7636: docs/guides/authorization-code.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/authorization-code.md', {
    ports: [3000],
    jobs: [[/app\.ts/, 3000]],
  })
})

test('RFC 9449: docs/guides/dpop.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/dpop.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('RFC 9396: docs/guides/authorization-details.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/authorization-details.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('contract, library: docs/guides/embedding.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/embedding.md', {
    ports: [3001, 3002, 3003, 3004, 3005],
    jobs: [
      [/h3\.ts/, 3001],
      [/express\.ts/, 3002],
      [/fastify\.ts/, 3003],
      [/hono\.ts/, 3004],
      [/http\.ts/, 3005],
    ],
  })
})
