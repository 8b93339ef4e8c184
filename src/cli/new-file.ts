/**
 * A file that is written over none, and that appears whole or not at all: it is written under a name
 * of its own in the same folder and gets the wanted one at the end. Whoever is stopped before, leaves
 * nothing; who is killed leaves a file `.oauthd-….tmp` that stands in nobody's way.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Failure, failed } from './failure.ts'

export interface NewFile {
  /**
   * Gives the file its text and its name, once.
   * @throws {Failure} when that cannot be, or one has come to be there meanwhile; then nothing is left
   */
  readonly finish: (text: string) => void
  /** Takes back what was prepared; after `finish` there is nothing to take back. */
  readonly discard: () => void
}

/**
 * Finds out that a file can be made, and prepares it.
 *
 * @param exists what is thrown when it is there
 * @throws {Failure} exit 1 when it cannot be made
 */
export const prepareNew = (file: string, mode: number, exists: Failure): NewFile => {
  const temporary = join(dirname(file), `.oauthd-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  let handle: number | undefined
  const discard = (): void => {
    process.off('exit', discard)
    for (const signal of ENDING) process.off(signal, stopped)
    if (handle === undefined) return
    closeSync(handle)
    handle = undefined
    rmSync(temporary, { force: true })
  }
  const stopped = (signal: NodeJS.Signals): void => {
    discard()
    process.kill(process.pid, signal)
  }
  // Beforehand: a signal that comes while the file is made must find them.
  process.once('exit', discard)
  for (const signal of ENDING) process.once(signal, stopped)
  try {
    handle = reserve(file, temporary, mode, exists)
  } catch (error) {
    discard()
    throw error
  }
  const made = handle
  return {
    discard,
    finish: (text) => {
      try {
        writeFileSync(made, text)
        fsyncSync(made)
        giveName(temporary, file)
      } catch (error) {
        throw codeOf(error) === 'EEXIST' ? exists : unwritable(file, error)
      } finally {
        discard()
      }
    },
  }
}

/** They end a process without its exit handlers; Ctrl-C is main's. */
const ENDING = ['SIGTERM', 'SIGHUP'] as const

const reserve = (file: string, temporary: string, mode: number, exists: Failure): number => {
  try {
    // A link that leads nowhere is in the way too.
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw exists
    if (!isFileName(file)) throw new TypeError('not the name of a file')
    return openSync(temporary, 'wx', mode)
  } catch (error) {
    throw error === exists ? exists : unwritable(file, error)
  }
}

/** `new/` is none, nor `new/.`: nothing can be given such a name. */
const isFileName = (file: string): boolean => !/(^|[/\\])\.{0,2}$/.test(file)

/** What may be there by now is not written over. Not every file system has links; a copy is not whole at once, but as careful. */
const giveName = (temporary: string, file: string): void => {
  try {
    linkSync(temporary, file)
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error))) throw error
    copyFileSync(temporary, file, constants.COPYFILE_EXCL)
  }
}

const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** Exit 1. */
export const unwritable = (file: string, cause: unknown): Failure =>
  failed('file_unwritable', `cannot write ${file}`, 'check the folder and who may write there', cause)
