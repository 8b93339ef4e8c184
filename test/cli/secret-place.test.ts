import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { createPrinter } from '../../src/cli/print.ts'
import { withSecretPlace } from '../../src/cli/secret-place.ts'
import type { ClientWithSecret } from '../../src/clients.ts'
import { clientInformation } from '../../src/protocol/client-information.ts'
import { temporaryFolder } from '../_process.ts'
import { literalClient } from '../_step.ts'

const CLIENT: ClientWithSecret = { ...clientInformation(literalClient()), client_secret: 'ocs_x' }
const silent = createPrinter(
  { mode: 'human', env_prefix: 'OAUTH_' },
  { stdout: new PassThrough(), stderr: new PassThrough(), env: {} },
)

test('contract, secrets out: a secret file outlives what fails after it was written, and nothing else', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const file = join(path, 'secret.txt')
  const flags = { secret_stdin: false, secret_file: file, github_output: false }
  const failing = (isKept: boolean): Promise<void> =>
    withSecretPlace(flags, silent, async (place) => {
      assert.ok(!existsSync(file), 'who is stopped now leaves no empty file under its name')
      assert.equal(readdirSync(path).length, 1, 'that it can be made was found out')
      if (isKept) place.keep(CLIENT)
      throw new Error('later')
    })
  await assert.rejects(failing(false), /^Error: later$/)
  assert.deepEqual(readdirSync(path), [])
  await assert.rejects(failing(true), /^Error: later$/)
  assert.deepEqual(readdirSync(path), ['secret.txt'])
  assert.equal(readFileSync(file, 'utf8'), 'ocs_x\n')
})
