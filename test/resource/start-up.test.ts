import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CHECKOUT, run } from '../_process.ts'
import { temporaryFolder } from '../_store.ts'
import { SECRET, sharedFile } from './_shared-file.ts'

const PRELOAD = fileURLToPath(new URL('../cli/_loaded.ts', import.meta.url))

test('contract, start-up: oauthd/verify checks a token without h3, listhen, the command line or any server being loaded', async (t) => {
  const file = await sharedFile(t)
  const token = await file.token((await file.client()).client_id)
  const folder = temporaryFolder(t)
  const program = join(folder, 'app.ts')
  const loaded = join(folder, 'loaded.txt')
  writeFileSync(
    program,
    `import { createVerifier } from ${JSON.stringify(join(CHECKOUT, 'src/verify.ts'))}
    const verifier = createVerifier(${JSON.stringify({ db: file.db, secret: SECRET })})
    console.log((await verifier.verify(${JSON.stringify(token)}))?.client_id)
    createVerifier({ introspection: { issuer: 'https://a.example', client_id: 'a', client_secret: 'b' } })
    createVerifier({ jwks: { issuer: 'https://a.example', audience: 'a' } })
    await verifier.close()`,
  )
  const ended = await run(process.execPath, ['--import', PRELOAD, program], { env: { LOADED_TO: loaded } })
  assert.equal(ended.code, 0, ended.stderr)
  assert.match(ended.stdout, /^cl_/)
  const urls = readFileSync(loaded, 'utf8').split('\n')
  const parts = (pattern: RegExp): readonly string[] =>
    [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort()
  assert.deepEqual(parts(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//), ['better-sqlite3', 'jose'])
  assert.deepEqual(parts(/^(?!.*\/node_modules\/).*\/src\/([^/]+)(?:\/|$)/), [
    'actions',
    'crypto',
    'hash-keys.ts',
    'keyring.ts',
    'master-secret.ts',
    'outbound',
    'protocol',
    'resource',
    'seals.ts',
    'store',
    'verify.ts',
  ])
})
