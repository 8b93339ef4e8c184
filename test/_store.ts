/** A store in a folder of its own, at a time that stands still. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { type Internals, type OpenedStore, openStore } from '../src/store/open.ts'
import { createSqliteStore } from '../src/store/sqlite.ts'
import type { Timers } from '../src/store/timers.ts'
import type { Store } from '../src/store/work.ts'

/** Epoch seconds of every test that does not say otherwise: 2027-01-15 08:00:00 UTC. */
export const NOW = 1_800_000_000

/** The injected clock at that time, in milliseconds. */
export const clock = (): number => NOW * 1000

const endings = new WeakMap<TestContext, (() => unknown)[]>()

/** Runs when the test ends, the last one first: what is in a folder is closed before it is removed. */
export const atEnd = (t: TestContext, ending: () => unknown): void => {
  const known = endings.get(t)
  if (known !== undefined) {
    known.push(ending)
    return
  }
  const list = [ending]
  endings.set(t, list)
  t.after(async () => {
    for (const next of list.toReversed()) await next()
  })
}

/** An empty folder, removed when the test ends. */
export const temporaryFolder = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'oauthd-test-'))
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface TestStore {
  readonly store: OpenedStore
  readonly file: string
}

/** A fresh store, closed when the test ends. */
export const testStore = async (t: TestContext, internals: Internals = {}): Promise<TestStore> => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  const store = await openStore(file, { mode: 'create', now: NOW, internals })
  atEnd(t, () => store.close())
  return { store, file }
}

/** A connection of another process's kind: it waits for nobody. Closed when the test ends. */
export const connection = (
  t: TestContext,
  file: string,
  verbose?: (statement: unknown) => void,
): Database.Database => {
  const database = new Database(file, { timeout: 0, verbose })
  atEnd(t, () => database.close())
  return database
}

/** The driver over a connection that the test holds too, to look at it and to make it fail. */
export const driver = (t: TestContext, database: Database.Database, timers?: Timers): Store => {
  const store = createSqliteStore(database, {
    file: 'test.db',
    latest_version: 1,
    ...(timers === undefined ? {} : { timers }),
  })
  atEnd(t, () => store.close())
  return store
}

export interface TestTimers extends Timers {
  /** Every delay asked for so far, in milliseconds. */
  readonly delays: number[]
  /** Ends the waits that are under way. */
  fire(): void
}

/** Timers that fire when the test says so, or at once: no test sleeps. */
export const testTimers = (mode: 'by hand' | 'at once'): TestTimers => {
  const delays: number[] = []
  let waiting: (() => void)[] = []
  return {
    delays,
    setImmediate(callback) {
      setImmediate(callback)
    },
    setTimeout(callback, milliseconds) {
      delays.push(milliseconds)
      if (mode === 'at once') setImmediate(callback)
      else waiting.push(callback)
    },
    fire() {
      const due = waiting
      waiting = []
      for (const callback of due) callback()
    },
  }
}

/** Lets the event loop go round once. */
export const turnOver = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
