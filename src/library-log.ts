import type { Log } from './server.ts'

const stackOf = (error: Error): string =>
  (error.stack ?? String(error)) + (error.cause instanceof Error ? `\ncause: ${stackOf(error.cause)}` : '')

const told =
  (level: string) =>
  (fields: object, message: string): void => {
    // As JSON a line stays one; an error would be {} there.
    const line = JSON.stringify(fields, (_, value: unknown) =>
      value instanceof Error ? stackOf(value) : value,
    )
    process.stderr.write(`oauthd: ${level}: ${message} ${line}\n`)
  }

/** A host has its own log of requests: only what needs somebody is told unasked. */
export const STDERR: Log = { info() {}, warn: told('warning'), error: told('error') }
