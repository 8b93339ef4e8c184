/** A file that is whole gets its name: what a power cut leaves is the old state or the new one. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseFile } from './sqlite-file.ts'
import { StoreError } from './store-error.ts'

/**
 * @param replace whether a file of that name gives way; else there must be none
 * @throws {StoreError} `database_failed`
 */
export const giveName = (from: string, { file, path }: DatabaseFile, replace: boolean): void => {
  try {
    if (replace) renameSync(from, path)
    else link(from, path)
    flush(dirname(path))
  } catch (cause) {
    throw new StoreError('database_failed', `cannot give the copy its name: ${file}`, {
      hint: 'something may have come to be there meanwhile, or the folder takes no new file',
      cause,
    })
  }
}

/** A second name, which never takes the place of another file; not every file system has those. */
export const link = (from: string, to: string): void => {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error)) || existsSync(to)) throw error
    renameSync(from, to)
  }
}

const NO_LINKS: readonly unknown[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** Outlives a power cut; Windows opens no folder. */
export const flush = (path: string): void => {
  if (process.platform === 'win32') return
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** What the operating system refused, as a StoreError; everything else as it is. */
export const refusalOf = (cause: unknown, message: string): unknown =>
  cause instanceof Error && 'syscall' in cause ? new StoreError('database_failed', message, { cause }) : cause
