import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import fs, {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findMasterSecret, generateMasterSecret, keyFile, SecretError } from '../src/master-secret.ts'
import { environment } from './_environment.ts'
import { temporaryFolder } from './_store.ts'

const SECRET = 'the master secret of this test file'
const WINDOWS = process.platform === 'win32'

/** A database's name in an empty folder, with a key file of this content and mode. */
const withKeyFile = (t: TestContext, content?: string, mode = 0o600): string => {
  const db = join(temporaryFolder(t), 'oauthd.db')
  if (content === undefined) return db
  writeFileSync(keyFile(db), content)
  chmodSync(keyFile(db), mode)
  return db
}

const refused = (code: SecretError['code'], run: () => unknown): SecretError => {
  try {
    run()
  } catch (error) {
    assert(error instanceof SecretError)
    assert.equal(error.code, code)
    return error
  }
  return assert.fail(`not refused: ${code}`)
}

test('contract, master secret: without OAUTHD_SECRET it is read from the key file', (t) => {
  const db = withKeyFile(t, `${SECRET}\n`)
  assert.deepEqual(findMasterSecret(db, undefined), { secret: SECRET, source: `${db}.key` })
  assert.equal(findMasterSecret(db, '')?.secret, SECRET)
})

test('contract, master secret: OAUTHD_SECRET beats the key file, whatever is the matter with that', (t) => {
  environment(t, { OAUTHD_SECRET: 'g'.repeat(32) })
  const given = `${SECRET}, given`
  for (const db of [withKeyFile(t, 'x'.repeat(40)), withKeyFile(t, 'short', 0o644)]) {
    assert.deepEqual(findMasterSecret(db, 'g'.repeat(32)), {
      secret: 'g'.repeat(32),
      source: 'OAUTHD_SECRET',
    })
  }
  assert.throws(() => findMasterSecret(withKeyFile(t), given), SecretError)
})

test('contract, master secret: neither variable nor key file is no secret, and none is made by looking', (t) => {
  const db = withKeyFile(t)
  assert.equal(findMasterSecret(db, undefined), undefined)
  assert.deepEqual(readdirSync(join(db, '..')), [])
})

test('contract, master secret: shorter than 32 characters is refused, and its place is named', (t) => {
  environment(t, { OAUTHD_SECRET: 'x'.repeat(31) })
  const short = (secret: string) =>
    refused('secret_too_short', () => findMasterSecret('x.db', secret)).message
  assert.match(short('x'.repeat(31)), /OAUTHD_SECRET/)
  assert.match(short('y'.repeat(31)), /the option secret/)
  const db = withKeyFile(t, ` ${'x'.repeat(31)} \n`)
  assert.match(refused('secret_too_short', () => findMasterSecret(db, undefined)).message, /oauthd\.db\.key/)
  const empty = withKeyFile(t, '')
  refused('secret_too_short', () => findMasterSecret(empty, undefined))
})

test('LG-01: no message repeats the secret', (t) => {
  const db = withKeyFile(t, 'tooshortsecret')
  const { message, hint } = refused('secret_too_short', () => findMasterSecret(db, undefined))
  assert.ok(!`${message}${hint}`.includes('tooshort'))
})

test('KEY-07: each of several secrets, separated by commas, is long enough', () => {
  const both = `${'n'.repeat(32)},${'o'.repeat(32)}`
  assert.equal(findMasterSecret('x.db', both)?.secret, both)
  for (const given of [`${'n'.repeat(32)},short`, `short,${'o'.repeat(32)}`, `${'n'.repeat(32)},`]) {
    refused('secret_too_short', () => findMasterSecret('x.db', given))
  }
})

test('contract, master secret: a key file that others may read or write is refused', {
  skip: WINDOWS,
}, (t) => {
  for (const mode of [0o644, 0o640, 0o604, 0o660, 0o601, 0o777]) {
    const db = withKeyFile(t, SECRET, mode)
    const { message, hint } = refused('key_file_open_to_others', () => findMasterSecret(db, undefined))
    assert.ok(message.includes(`mode 0${mode.toString(8)}`), message)
    assert.equal(hint, `chmod 600 ${db}.key`)
    assert.equal(statSync(keyFile(db)).mode & 0o777, mode)
  }
  for (const mode of [0o600, 0o400]) {
    assert.equal(findMasterSecret(withKeyFile(t, SECRET, mode), undefined)?.secret, SECRET)
  }
})

test('contract, master secret: of a key file that is a link, the mode of the file itself counts', {
  skip: WINDOWS,
}, (t) => {
  const elsewhere = (mode: number): string => keyFile(withKeyFile(t, SECRET, mode))
  const [closed, open] = [withKeyFile(t), withKeyFile(t)]
  symlinkSync(elsewhere(0o600), keyFile(closed))
  symlinkSync(elsewhere(0o644), keyFile(open))
  assert.equal(findMasterSecret(closed, undefined)?.secret, SECRET)
  refused('key_file_open_to_others', () => findMasterSecret(open, undefined))
})

test('contract, master secret: a key file that cannot be read is an error, never a new secret', (t) => {
  const db = withKeyFile(t)
  mkdirSync(keyFile(db), { mode: 0o700 })
  refused('key_file_unreadable', () => findMasterSecret(db, undefined))
  refused('key_file_unreadable', () => generateMasterSecret(db))
})

test('contract, master secret: a pipe in place of the key file is refused and not waited for', {
  skip: WINDOWS,
}, (t) => {
  const db = withKeyFile(t)
  execFileSync('mkfifo', ['-m', '600', keyFile(db)])
  // In a process of its own, which can be ended where it waits.
  const program = `import { findMasterSecret } from './src/master-secret.ts'
    findMasterSecret(process.argv[1], undefined)`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, db], {
    timeout: 20_000,
  })
  assert.ok(String(stderr).includes(`${keyFile(db)} is not a file`), String(stderr))
})

test('contract, settled points: a generated key file is 0600, whole, and alone in the folder', (t) => {
  const db = withKeyFile(t)
  const { secret, source } = generateMasterSecret(db)
  assert.equal(source, keyFile(db))
  assert.match(secret, /^[A-Za-z0-9_-]{43}$/)
  assert.equal(readFileSync(source, 'utf8'), `${secret}\n`)
  if (!WINDOWS) assert.equal(statSync(source).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(db, '..')), ['oauthd.db.key'])
  assert.notEqual(generateMasterSecret(withKeyFile(t)).secret, secret)
})

test('contract, master secret: who comes second takes the secret that is there, and changes nothing', (t) => {
  const db = withKeyFile(t, SECRET)
  assert.equal(generateMasterSecret(db).secret, SECRET)
  assert.equal(readFileSync(keyFile(db), 'utf8'), SECRET)
  assert.deepEqual(readdirSync(join(db, '..')), ['oauthd.db.key'])
})

test('KEY-07: the folder is flushed behind the name of a generated key file', { skip: WINDOWS }, (t) => {
  const db = withKeyFile(t)
  const flushed: boolean[] = []
  const { fsyncSync } = fs
  t.mock.method(fs, 'fsyncSync', (handle: number) => {
    flushed.push(fs.fstatSync(handle).isDirectory())
    fsyncSync(handle)
  })
  syncBuiltinESMExports()
  generateMasterSecret(db)
  t.mock.restoreAll()
  syncBuiltinESMExports()
  assert.deepEqual(flushed, [false, true])
})
