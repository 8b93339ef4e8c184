/** The database's file is taken away under a running server. */
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { test } from 'node:test'
import { basic, openHarness } from './_harness.ts'

test('contract, settled points: without its database file a server refuses and is not ready, says why once, and goes on when it is back', async (t) => {
  const h = await openHarness()
  t.after(() => h.close())
  const client = await h.client()
  const token = await h.token(client)
  const form = { grant_type: 'client_credentials', token }
  const before = h.lines().length
  renameSync(h.db, `${h.db}.away`)
  h.clock.at += 1000
  for (const endpoint of ['token', 'revoke', 'introspect']) {
    for (const { client_secret } of [client, { client_secret: 'wrong' }]) {
      const answered = await h.post(endpoint, form, basic({ ...client, client_secret }))
      assert.deepEqual([answered.status, answered.body['error']], [503, 'temporarily_unavailable'], endpoint)
      assert.match(answered.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    }
  }
  for (const target of ['/readyz', '/oauth/jwks', '/.well-known/oauth-authorization-server']) {
    assert.equal((await h.send('GET', target)).status, 503, target)
  }
  assert.equal((await h.send('GET', '/healthz')).status, 200)
  const lines = h.lines().slice(before)
  assert.ok(
    lines
      .filter(({ status }) => status === 503)
      .every(({ reason, route }) => route === 'readyz' || reason === 'database_replaced'),
  )
  const [fault, ...more] = lines.filter(({ msg }) => msg !== 'request')
  assert.match(JSON.stringify(fault), /deleted or moved while open/)
  assert.deepEqual(more, [])
  renameSync(`${h.db}.away`, h.db)
  h.clock.at += 1000
  assert.equal((await h.send('GET', '/readyz')).status, 200)
  assert.equal((await h.post('introspect', form, basic(client))).body['active'], true)
})
