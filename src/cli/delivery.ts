import { fstatSync, readSync, statSync } from 'node:fs'
import type { Stream } from './print.ts'

/** What becomes of what is written to stdout. */
export interface Delivery {
  write(text: string): void
  /** When all that was written so far has gone out: the code of the error that kept some of it back. */
  readonly fault: () => Promise<string | undefined>
  /** Whether something was written and went nowhere, as stdout was closed before the start (`>&-`). */
  readonly wentNowhere: () => boolean
}

export const createDelivery = (stdout: Stream): Delivery => {
  let fault: string | undefined
  let last: Promise<void> | undefined
  return {
    write(text) {
      const { promise, resolve } = Promise.withResolvers<void>()
      last = promise
      stdout.write(text, (error?: NodeJS.ErrnoException | null) => {
        if (error) fault ??= error.code ?? error.message
        resolve()
      })
    },
    async fault() {
      await last
      return fault
    },
    wentNowhere: () => last !== undefined && isPlaceholder(stdout),
  }
}

/**
 * Node opens the null device in the place of a stream that is closed, to be read and written; a shell
 * opens it for `>/dev/null`, which is somebody's wish, to be written only.
 */
const isPlaceholder = ({ fd }: Stream): boolean => {
  if (fd === undefined) return false
  try {
    if (fstatSync(fd).rdev !== statSync('/dev/null').rdev) return false
    readSync(fd, Buffer.alloc(1))
    return true
  } catch {
    return false
  }
}
