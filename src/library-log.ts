import { inspect } from 'node:util'
import type { Log } from './server.ts'

/** A cause may lead back to where it began. */
const MOST_CAUSES = 8

const stackOf = (error: Error, causes = MOST_CAUSES): string =>
  (error.stack ?? String(error)) +
  (causes > 0 && error.cause instanceof Error ? `\ncause: ${stackOf(error.cause, causes - 1)}` : '')

/** As JSON a line stays one; an error would be {} there. What a host's listener throws need not be JSON. */
const lineOf = (fields: object): string => {
  try {
    return JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? stackOf(value) : value))
  } catch {
    return JSON.stringify(inspect(fields))
  }
}

const told =
  (level: string) =>
  (fields: object, message: string): void => {
    process.stderr.write(`oauthd: ${level}: ${message} ${lineOf(fields)}\n`)
  }

/** A host has its own log of requests: only what needs somebody is told unasked. */
export const STDERR: Log = { info() {}, warn: told('warning'), error: told('error') }

/** What its functions throw or reject with harms nobody whose work is done; the process is warned of it once. */
export const harmless = (log: Log): Log => {
  let isTold = false
  const tell = (level: keyof Log): void => {
    if (isTold) return
    isTold = true
    process.emitWarning(`log.${level} failed: lines are missing from the log`, 'OAuthdWarning')
  }
  const guarded =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      try {
        const returned: unknown = log[level](fields, message)
        // Nobody waits for it: rejected, it would end the process.
        if (returned instanceof Promise) returned.catch(() => tell(level))
      } catch {
        tell(level)
      }
    }
  return { info: guarded('info'), warn: guarded('warn'), error: guarded('error') }
}
