import {
  closeSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { randomBytes } from './crypto/random.ts'
import { findMasterSecret, keyFile, SecretError, syncFolderOf } from './master-secret.ts'

/**
 * Puts another master secret into the key file of a database, whole or not at all: whoever reads it meanwhile finds
 * the one or the other. The file keeps its owner, so that the server can still read what root has rotated.
 *
 * @param expected what it must hold now: somebody else may have changed it
 * @throws {SecretError} `key_file_unwritable`; then it is as it was
 */
export const replaceKeyFile = (db: string, expected: string, secret: string): void => {
  if (findMasterSecret(db, undefined)?.secret !== expected) {
    throw new SecretError(
      'key_file_unwritable',
      `${keyFile(db)} was changed by somebody else meanwhile`,
      'look into it; every secret that it held is still needed until oauthd secret:rotate succeeds',
    )
  }
  try {
    // Where the key file is a link, what it leads to is replaced.
    const file = realpathSync(keyFile(db))
    removeLeftovers(file)
    replace(file, secret)
  } catch (cause) {
    throw new SecretError(
      'key_file_unwritable',
      `cannot write ${keyFile(db)}`,
      'check who owns the file and its folder',
      cause,
    )
  }
}

/** Who was killed has left secrets behind; who only stood still, and lost its turn, puts them in place no more. */
const removeLeftovers = (file: string): void => {
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.`)) continue
    if (/^\d+\.[\da-f]{12}$/.test(name.slice(basename(file).length + 1))) rmSync(join(dirname(file), name))
  }
}

const replace = (file: string, secret: string): void => {
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`
  const handle = openSync(temporary, 'wx', 0o600)
  try {
    const [mine, theirs] = [fstatSync(handle), statSync(file)]
    if (mine.uid !== theirs.uid || mine.gid !== theirs.gid) fchownSync(handle, theirs.uid, theirs.gid)
    writeSync(handle, `${secret}\n`)
    fsyncSync(handle)
    renameSync(temporary, file)
    syncFolderOf(file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(handle)
  }
}
