/** Why a database could not be opened or used; the command line and the log show these words. */
export type StoreErrorCode =
  | 'database_not_found'
  | 'directory_not_found'
  | 'not_a_database'
  | 'database_readonly'
  | 'database_busy'
  | 'database_newer'
  | 'database_outdated'
  | 'database_full'
  | 'database_corrupt'
  | 'database_replaced'
  | 'database_failed'
  | 'table_conflict'

/** What to do next; said after `hint:` unless the place that throws knows better. */
const HINT: Readonly<Record<StoreErrorCode, string>> = {
  database_not_found: 'oauthd init, or pass --db',
  directory_not_found: 'make the folder first, or pass --db',
  not_a_database: 'pass --db with an SQLite file, or with a name that is still free',
  database_readonly: 'the file and its folder must be writable by this user',
  database_busy: 'another process holds the write lock; try again when it is done',
  database_newer: 'use the version of oauthd that wrote it, or a newer one',
  database_outdated: 'oauthd db:migrate',
  database_full: 'free some space and try again',
  database_corrupt: 'restore a backup; oauthd db:check tells what is damaged',
  database_replaced: 'stop oauthd, put the right file in its place, start oauthd again',
  database_failed: '--verbose shows the cause',
  table_conflict: 'rename that table, or pass --db with another file',
}

/**
 * The store cannot do what was asked, and no rule of the protocol is to blame: HTTP answers 503
 * or 500, the command line its exit code. `message` names the file in the words it was given in;
 * `cause` holds the database's own error with the statement's text, never its parameters.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly hint: string

  constructor(code: StoreErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'StoreError'
    this.code = code
    this.hint = options.hint ?? HINT[code]
  }
}
