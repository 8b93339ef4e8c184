/** How far something has come, on a terminal only, from half a second on; the line goes when it is done. */

export interface Progress {
  readonly tell: (done: number, all: number) => void
  readonly end: () => void
}

/** Milliseconds: what is done by then says so itself. */
const PATIENCE = 500

export interface ProgressOptions {
  readonly stream: { readonly isTTY?: boolean; readonly write: (text: string) => unknown }
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** @param words what is under way: `Copying` */
export const createProgress = (words: string, { stream, clock }: ProgressOptions): Progress => {
  const began = clock()
  let shown = ''
  return {
    tell(done, all) {
      const text = `${words} ${Math.floor((100 * done) / Math.max(1, all))} %`
      if (stream.isTTY !== true || text === shown || clock() - began < PATIENCE) return
      shown = text
      stream.write(`\r${text}`)
    },
    end() {
      if (shown !== '') stream.write(`\r${' '.repeat(shown.length)}\r`)
      shown = ''
    },
  }
}
