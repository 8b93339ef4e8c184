import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '../../src/clients.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer } from '../../src/server.ts'
import { LAUNCHER, oauthd, run, temporaryFolder } from '../_process.ts'

const SETTINGS = completeSettings({})

test('contract, client:list: a hundred clients are a page, and a reader that leaves a longer list is no error', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const server = await openServer({ db: join(path, 'oauthd.db'), mode: 'create', settings: SETTINGS })
  const metadata = { client_name: 'A'.repeat(100), grant_types: ['client_credentials'] }
  await Promise.all(Array.from({ length: 1000 }, () => createClient(server, metadata)))
  await server.close()

  const page = await oauthd(['client:list', '-q'], { cwd: path })
  const ids = page.stdout.trimEnd().split('\n')
  assert.equal(ids.length, 100)
  assert.equal(page.stderr, `warning: the list is cut at 100\nhint: go on with --after ${ids.at(-1)}\n`)

  // More than a pipe holds, to a reader that takes one byte.
  const line = `set -o pipefail; '${process.execPath}' '${LAUNCHER}' client:list --limit 1000 --json | head -c 1`
  assert.deepEqual(await run('bash', ['-c', line], { cwd: path }), {
    code: 0,
    signal: null,
    stdout: '[',
    stderr: '',
  })
})
