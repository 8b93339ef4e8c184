import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { storeError } from './sqlite-error.ts'
import type { Store } from './work.ts'

/** How much of a file is in use, and giving the rest back; of its write-ahead log too. */
export type Pages = Pick<Store, 'space' | 'reclaim' | 'emptyLog'>

/** Of `PRAGMA auto_vacuum`: free pages leave the file when they are told to. */
const INCREMENTAL = 2

/** Milliseconds for readers that have an older state to be done; writers wait as long. */
const LOG_PATIENCE = 20

/** @param file how messages name the database */
export const createPages = (database: Database.Database, file: string): Pages => {
  const pragma = (text: string, simple: boolean): unknown => {
    try {
      return database.pragma(text, { simple })
    } catch (error) {
      throw storeError(error, file, text)
    }
  }
  const number = (text: string): number => Number(pragma(text, true))
  return {
    space() {
      // An app that made its file without it would need a VACUUM, which is not ours to run.
      const isIncremental = number('auto_vacuum') === INCREMENTAL
      return { pages: number('page_count'), free_pages: isIncremental ? number('freelist_count') : 0 }
    },
    reclaim(most) {
      // Without a number above 0 it would take all at once.
      if (!Number.isInteger(most) || most < 1) throw new TypeError('pages must be a whole number from 1 on')
      // One step a page: not simple, which would stop after the first.
      pragma(`incremental_vacuum(${most})`, false)
    },
    emptyLog(most) {
      const log = statSync(`${database.name}-wal`, { throwIfNoEntry: false })
      if (log === undefined || log.size <= most) return
      // What takes long is done first, while others write.
      pragma('wal_checkpoint(PASSIVE)', false)
      pragma(`busy_timeout = ${LOG_PATIENCE}`, false)
      try {
        pragma('wal_checkpoint(TRUNCATE)', false)
      } finally {
        pragma('busy_timeout = 0', false)
      }
    },
  }
}
