/** The shell blocks of docs/guides/revoke-and-introspect.md, run as they stand. */
import { after, before, test } from 'node:test'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

test('RFC 7662, RFC 7009: the guide to revocation and introspection works as it stands, verifiers included', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/revoke-and-introspect.md', {
    ports: [6749],
    jobs: [[/oauthd serve/, 6749]],
  })
})
