/** Every example of every command's help, pasted into a shell. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { cleanEnvironment, type Ended, LAUNCHER, oauthd, run, temporaryFolder } from '../_process.ts'

/** The client that examples speak of. */
const CLIENT = 'cl_7f3k2q9x8m4n5p6r'

/** What an example exits with when it is not 0: it asks, or its answer is no. */
const EXITS: Readonly<Record<string, number>> = {
  [`oauthd client:revoke ${CLIENT}`]: 2,
  'oauthd db:restore nightly.db': 2,
  'oauthd user:create bob': 2,
  'oauthd user:set-password ana': 2,
  'oauthd user:delete ana': 2,
  'oauthd session:revoke 01kb2v8m4n5p6r7s8t9w0x1y2z': 3,
  // A kid follows from its key: there is none that an example could name.
  'oauthd key:revoke 2XqJ9Z0cS0Tf1cBq3mKXvHh1XGd7nB1p6yWmR4uE8oA': 3,
  'oauthd key:revoke 2XqJ9Z0cS0Tf1cBq3mKXvHh1XGd7nB1p6yWmR4uE8oA --yes': 3,
  [`oauthd client:check-redirect ${CLIENT} https://shop.example/cb/`]: 3,
}

const root = await temporaryFolder()
after(() => root.remove())

/** A folder with all that an example may speak of. */
const model = join(root.path, 'model')
const programs = join(root.path, 'bin')

const prepare = async (): Promise<void> => {
  await mkdir(model)
  await mkdir(programs)
  const here = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await oauthd(args, { cwd: model })
    assert.equal(code, 0, stderr)
    return stdout
  }
  const grants = ['--grant', 'client_credentials', '--grant', 'authorization_code']
  const uri = ['--redirect-uri', 'https://shop.example/cb']
  await here(
    'client:create',
    '--name',
    'Shop',
    '--id',
    CLIENT,
    '--scope',
    'jobs:run orders:read',
    ...grants,
    ...uri,
  )
  await here('client:update', CLIENT, '--access-token-ttl', '1h')
  await here('db:backup', 'nightly.db')
  await here('resource:create', 'https://orders.example')
  await here('scope:set', 'orders:read', '--title', 'Orders')
  await writeFile(join(model, 'password.txt'), 'correct horse\n')
  const { publicKey } = generateKeyPairSync('ed25519')
  await writeFile(join(model, 'bank.json'), JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }))
  await writeFile(join(model, 'new.key'), `${'a secret of the one who runs it '.repeat(2)}\n`, {
    mode: 0o600,
  })
  await here('user:create', 'ana', '--password-file', 'password.txt')
  await here('token:create', '--client', CLIENT, '--user', 'ana', '-q')
  await writeFile(join(model, 'token.txt'), await here('token:create', '--client', CLIENT, '--bare'))
  for (const folder of ['.zfunc', '.local/share/bash-completion/completions', '.config/fish/completions'])
    await mkdir(join(model, folder), { recursive: true })
  for (const [name, line] of [
    ['oauthd', `exec '${process.execPath}' '${LAUNCHER}' "$@"`],
    ['curl', 'test "$1" = -H && echo "$2" | grep -q "^Authorization: Bearer oat_"'],
  ] as const) {
    await writeFile(join(programs, name), `#!/bin/sh\n${line}\n`)
    await chmod(join(programs, name), 0o755)
  }
}
await prepare()

/** Runs an example in a copy of the folder. */
const paste = async (line: string, name: string): Promise<Ended> => {
  const folder = join(root.path, name)
  await cp(model, folder, { recursive: true })
  const PATH = [programs, cleanEnvironment()['PATH']].join(delimiter)
  return run('sh', ['-c', line], { cwd: folder, env: { PATH, HOME: folder, PROFILE: 'profile.ps1' } })
}

for (const { name, load } of COMMANDS) {
  // Their examples need a running server, or are one: serve.test.ts and flow-code.test.ts have it.
  if (name === 'serve' || name.startsWith('flow:')) continue
  test(`contract, help: every example in the help of ${name} works when pasted`, async () => {
    const { examples } = await load()
    const ended = await Promise.all(
      examples.map(([, line], index) => paste(line, `${name.replace(':', '-')}-${index}`)),
    )
    for (const [index, [, line]] of examples.entries()) {
      const { code, stderr } = ended[index] ?? { code: undefined, stderr: 'not run' }
      assert.equal(code, EXITS[line] ?? 0, `${line}\n${stderr}`)
    }
  })
}
