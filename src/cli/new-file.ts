import { openSync } from 'node:fs'
import { type Failure, failed } from './failure.ts'

/**
 * Makes a file that is not there yet, and opens it.
 *
 * @param exists what is thrown when it is there
 * @throws {Failure} exit 1 when it cannot be made
 */
export const openNew = (file: string, mode: number, exists: Failure): number => {
  try {
    return openSync(file, 'wx', mode)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw exists
    throw unwritable(file, error)
  }
}

/** Exit 1. */
export const unwritable = (file: string, cause: unknown): Failure =>
  failed('file_unwritable', `cannot write ${file}`, 'check the folder and who may write there', cause)
