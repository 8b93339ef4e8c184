import type Database from 'better-sqlite3'
import { storeError } from './sqlite-error.ts'
import type { Params, Row, Statement, Value, Work } from './work.ts'

/** Steps works over one connection, inside whatever transaction the driver has opened. */
export interface Stepper {
  /** Runs a work to its end. */
  step<T>(work: Work<T>): T
  /** The same for a work that must not write: it throws at the first statement that would. */
  stepReading<T>(work: Work<T>): T
  /** Whether a statement that writes to a registry table has run since `forget`. */
  wroteRegistry(): boolean
  forget(): void
}

interface Prepared {
  readonly statement: Database.Statement<[readonly Value[]], Row>
  /** What each `?` stands for, in their order. */
  readonly names: readonly string[]
  readonly returnsRows: boolean
  readonly writes: boolean
  readonly writesRegistry: boolean
}

/** What others keep parsed copies of under `generation()`: clients, scopes, resources and keys. */
const WRITES_REGISTRY =
  /\b(?:into|update(?:\s+or\s+\w+)?|delete\s+from)\s+"?(?:oauth_client|oauth_client_secret|oauth_scope|oauth_resource|oauth_signing_key|oauthd_hash_key)\b/i

/** A parameter as works write it; no text of ours has a `$` anywhere else. */
const NAME = /\$(\w+)/g

/** Far above the number of statements in src/store; a bound in case a text is ever composed. */
const MOST_PREPARED = 512

const NONE: readonly Row[] = Object.freeze([])

/** @param file how messages name the database */
export const createStepper = (database: Database.Database, file: string): Stepper => {
  const prepared = new Map<string, Prepared>()
  let wrote = false

  const prepare = (text: string): Prepared => {
    // By place: better-sqlite3 looks up every name of every call, at the price of the statement itself.
    const names: string[] = []
    const placed = text.replace(NAME, (_, name: string) => {
      names.push(name)
      return '?'
    })
    const statement = database.prepare<[readonly Value[]], Row>(placed)
    const writes = !statement.readonly
    const entry = {
      statement,
      names,
      returnsRows: statement.reader,
      writes,
      writesRegistry: writes && WRITES_REGISTRY.test(text),
    }
    if (prepared.size >= MOST_PREPARED) prepared.clear()
    prepared.set(text, entry)
    return entry
  }

  const execute = ({ text, params, want }: Statement, mayWrite: boolean): readonly Row[] => {
    try {
      const entry = prepared.get(text) ?? prepare(text)
      const values = valuesOf(entry.names, params)
      if (entry.writes) {
        if (!mayWrite) throw new TypeError('a work that only reads may not write')
        if (entry.writesRegistry) wrote = true
      }
      // better-sqlite3: .get() and .all() throw on a statement that returns no rows.
      if (want === 'none' || !entry.returnsRows) {
        entry.statement.run(values)
        return NONE
      }
      if (want === 'all') return entry.statement.all(values)
      const row = entry.statement.get(values)
      return row === undefined ? NONE : [row]
    } catch (error) {
      throw storeError(error, file, text)
    }
  }

  return {
    step(work) {
      let result = work.next(NONE)
      while (!result.done) result = work.next(execute(result.value, true))
      return result.value
    },
    stepReading(work) {
      let result = work.next(NONE)
      while (!result.done) result = work.next(execute(result.value, false))
      return result.value
    },
    wroteRegistry: () => wrote,
    forget() {
      wrote = false
    },
  }
}

/** better-sqlite3 stores `undefined` and NaN silently as NULL. */
const valuesOf = (names: readonly string[], params: Params): Value[] =>
  names.map((name) => {
    const value = params[name]
    if (value === undefined || Number.isNaN(value)) throw new TypeError(`parameter $${name} is ${value}`)
    return value
  })
