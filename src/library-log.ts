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
