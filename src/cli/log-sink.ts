import type { Writable } from 'node:stream'

/** What standard error has not taken yet may use this much memory. Bytes. */
export const MOST_PENDING = 1_048_576

/** A stream of the process, or what stands for one. */
export type LogStream = Pick<Writable, 'write' | 'writableLength'>

/**
 * Where the lines of the log go. A standard error that nobody reads, or that is full or gone, neither
 * stalls the server nor fills its memory: lines are dropped and counted, and the count is told in a line
 * of its own as soon as one can be written.
 *
 * @param format makes of JSON lines what is written
 */
export const createLogSink = (
  stream: LogStream,
  format: (lines: string) => string = (lines) => lines,
): { write(lines: string): void } => {
  let lost = 0
  const send = (text: string, count: number): void => {
    stream.write(text, (error) => {
      if (error) lost += count
      else if (lost > 0 && stream.writableLength === 0) tellLost()
    })
  }
  const tellLost = (): void => {
    const count = lost
    lost = 0
    send(format(lostLine(count)), count)
  }
  return {
    write(lines) {
      const count = lines.split('\n').length - 1
      if (stream.writableLength > MOST_PENDING) lost += count
      else send(format(lines), count)
    },
  }
}

/** As pino writes a warning. */
const lostLine = (lost: number): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: 'lines of the log could not be written' })}\n`
