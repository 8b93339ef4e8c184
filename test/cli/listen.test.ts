import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenOn } from '../../src/cli/listen.ts'

test('HTTP-09: a request has 30 seconds to come, its body included', async () => {
  const { server } = await listenOn(() => {}, '127.0.0.1', 0)
  server.close()
  assert.equal(server.requestTimeout, 30_000)
})
