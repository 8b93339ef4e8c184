import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { randomBytes } from './crypto/random.ts'
import { isLongEnough, SECRET_MIN_LENGTH } from './crypto/seal.ts'

/** What can be wrong with the master secret; `hint` is the next thing to do. */
export class SecretError extends Error {
  readonly code:
    | 'secret_too_short'
    | 'secret_missing'
    | 'secret_mismatch'
    | 'key_file_open_to_others'
    | 'key_file_unreadable'
    | 'key_file_unwritable'
  readonly hint: string

  constructor(code: SecretError['code'], message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SecretError'
    this.code = code
    this.hint = hint
  }
}

/** A master secret and where it came from: `OAUTHD_SECRET`, an option, or the key file's path. */
export interface MasterSecret {
  readonly secret: string
  readonly source: string
}

/** The file that holds the generated master secret of a database. */
export const keyFile = (db: string): string => `${db}.key`

/**
 * The master secret that is given, or the one in the key file; `undefined` when there is neither.
 *
 * @param given `OAUTHD_SECRET` or the library's option; it beats the key file
 * @throws {SecretError} too short, or a key file that others may read (CL-03)
 */
export const findMasterSecret = (db: string, given: string | undefined): MasterSecret | undefined => {
  if (given !== undefined && given !== '') return longEnough({ secret: given, source: sourceOf(given) })
  return readSecretFile(keyFile(db))
}

/**
 * The master secret in a file; `undefined` where there is none.
 *
 * @throws {SecretError} too short, or a file that others may read (CL-03)
 */
export const readSecretFile = (file: string): MasterSecret | undefined => {
  const mode = fileMode(file)
  if (mode === undefined) return undefined
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new SecretError(
      'key_file_open_to_others',
      `others may read the master secret in ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`,
      `chmod 600 ${file}`,
    )
  }
  return longEnough({ secret: read(file), source: file })
}

/**
 * The master secret of a database that has one: given, or in the key file that another process may have
 * made since somebody looked.
 *
 * @throws {SecretError} `secret_missing`, and as `findMasterSecret`
 */
export const keptMasterSecret = (db: string, given?: string): MasterSecret => {
  const found = findMasterSecret(db, given)
  if (found !== undefined) return found
  throw new SecretError(
    'secret_missing',
    `the master secret of ${db} is not there: neither OAUTHD_SECRET nor ${keyFile(db)}`,
    `set OAUTHD_SECRET, or put ${keyFile(db)} back beside the database`,
  )
}

/** The library may be given a secret that is not the environment's. */
const sourceOf = (given: string): string =>
  given === process.env['OAUTHD_SECRET'] ? 'OAUTHD_SECRET' : 'the option secret'

/** Of the file itself, where the key file is a link: mounted secrets are. */
const fileMode = (file: string): number | undefined => {
  try {
    return statSync(file, { throwIfNoEntry: false })?.mode
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

const read = (file: string): string => {
  let handle: number | undefined
  try {
    // A pipe must not be waited for; Windows has no such flag, and no such pipes.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if (fstatSync(handle).isFile()) return readFileSync(handle, 'utf8').trim()
  } catch (cause) {
    throw unreadable(file, cause)
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
  throw new SecretError('key_file_unreadable', `${file} is not a file`, 'put the key file in its place')
}

const unreadable = (file: string, cause: unknown): SecretError =>
  new SecretError(
    'key_file_unreadable',
    `cannot read the master secret in ${file}`,
    'check who owns the file',
    cause,
  )

const longEnough = (found: MasterSecret): MasterSecret => {
  if (isLongEnough(found.secret)) return found
  throw new SecretError(
    'secret_too_short',
    `the master secret in ${found.source} is shorter than ${SECRET_MIN_LENGTH} characters`,
    'use 32 or more random characters, for example from: openssl rand -base64 32',
  )
}

/**
 * Generates a master secret into the key file, 0600, whole or not at all. When another process
 * was quicker, its secret is taken.
 */
export const generateMasterSecret = (db: string): MasterSecret => {
  const file = keyFile(db)
  try {
    writeOnce(file)
  } catch (cause) {
    const hint = 'set OAUTHD_SECRET instead; 32 or more random characters'
    if (!isExisting(cause)) throw new SecretError('key_file_unwritable', `cannot write ${file}`, hint, cause)
  }
  return longEnough({ secret: read(file), source: file })
}

/** A link appears whole or not at all, and not at all where there is a file already. */
const writeOnce = (file: string): void => {
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`
  const handle = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(handle, `${randomBytes(32).toString('base64url')}\n`)
    fsyncSync(handle)
    linkSync(temporary, file)
    syncFolderOf(file)
  } finally {
    closeSync(handle)
    unlinkSync(temporary)
  }
}

/** The name must outlive a power cut too: what is sealed with the secret soon does. */
export const syncFolderOf = (file: string): void => {
  let handle: number | undefined
  try {
    handle = openSync(file.slice(0, file.lastIndexOf('/') + 1) || '.', 'r')
    fsyncSync(handle)
  } catch {
    // Windows opens no folder, and some file systems flush none: the name is then theirs to keep.
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

const isExisting = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'
