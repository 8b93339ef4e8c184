import Database from 'better-sqlite3'

/** The version of SQLite that is compiled in; asked of a database in memory, so no file is touched. */
export const engineVersion = (): string => {
  const database = new Database(':memory:')
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get())
  } finally {
    database.close()
  }
}
