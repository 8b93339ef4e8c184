import { pino } from 'pino'
import type { Log } from '../server.ts'

/** Fields whose values never reach the log, wherever they stand (LG-01): a second line of defence. */
const SECRET_FIELDS = [
  'access_token',
  'refresh_token',
  'token',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'password',
  'secret',
  'authorization',
  'cookie',
]

/** pino's number for it. */
const INFO = 30

const SECRET_NAMES: ReadonlySet<string> = new Set(SECRET_FIELDS)

/** One below too, save `err.code`: what kind of error it was is no secret, and what an operator needs. */
const REDACTED = SECRET_FIELDS.flatMap((field) => (field === 'code' ? [field] : [field, `*.${field}`]))

/** Where lines go: standard error in `serve`, a list in tests. */
export interface Sink {
  write(lines: string): void
}

/**
 * The log of a server: JSON lines by pino. The lines of one event-loop turn are written together,
 * which under load spares a system call a request; `flush` writes what is left.
 */
export const createLog = (sink: Sink): Log & { flush(): void } => {
  let lines = ''
  const flush = (): void => {
    if (lines === '') return
    const written = lines
    lines = ''
    sink.write(written)
  }
  const turn = {
    write(line: string) {
      if (lines === '') setImmediate(flush)
      lines += line
    },
  }
  const log = pino({ base: null, redact: { paths: REDACTED, censor: '[redacted]' } }, turn)
  return {
    // pino's redaction takes 8 µs a line. The line of a request has fields of our own making, all at the
    // top and all plain, so a look at their names is enough there, and its JSON is pino's.
    info: (fields, msg) => {
      const shown = hasSecretField(fields) ? withoutSecrets(fields) : fields
      turn.write(`${JSON.stringify({ level: INFO, time: Date.now(), ...shown, msg })}\n`)
    },
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    flush,
  }
}

const hasSecretField = (fields: object): boolean => {
  for (const name in fields) if (SECRET_NAMES.has(name)) return true
  return false
}

const withoutSecrets = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET_NAMES.has(name) ? '[redacted]' : value]),
  )
