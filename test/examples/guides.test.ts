/** The guides, run as they stand. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

/** Each begins where a newcomer does. */
beforeEach(() => {
  for (const name of readdirSync(clone.path)) {
    if (/^oauthd\.(?:db|toml)/.test(name)) rmSync(join(clone.path, name))
  }
})

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

test('RFC 7523: docs/guides/private-key-jwt.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/private-key-jwt.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('RFC 8707, RFC 9068, RV-06: docs/guides/resources-and-jwt.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/resources-and-jwt.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('RFC 9449: docs/guides/dpop.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/dpop.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('RFC 9126, RFC 9101: docs/guides/pushed-requests.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/pushed-requests.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('KEY-02, KEY-06, KEY-07: docs/guides/keys.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/keys.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})

test('FAPI 2.0: docs/guides/fapi.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/fapi.md', {
    ports: [6749, 6750],
    jobs: [
      [/oauthd serve &/, 6749],
      [/--profile fapi2 --db/, 6750],
    ],
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

test('LG-02: docs/guides/audit.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/audit.md', { ports: [], jobs: [] })
})

test('contract, db:backup, db:restore: docs/guides/backup.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/backup.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})
