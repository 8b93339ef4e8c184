/** What the figures were measured on. */
import { closeSync, fdatasyncSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { engineVersion } from '../src/store/engine-version.ts'
import { median } from './rounds.ts'

export interface Machine {
  readonly processor: string
  readonly cores: number
  /** Microseconds of a write of 4 KiB and its fdatasync, in the folder of the database. */
  readonly flush: number
  readonly node: string
  readonly sqlite: string
  readonly packages: Readonly<Record<string, string>>
}

export const describeMachine = (folder: string): Machine => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  flush: flushTime(folder),
  node: process.versions.node,
  sqlite: engineVersion(),
  packages: Object.fromEntries(
    ['h3', 'srvx', 'listhen', 'better-sqlite3'].map((name) => [name, packageVersion(name)]),
  ),
})

const packageVersion = (name: string): string => {
  const file = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url))
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
  return String(version)
}

const FLUSHES = 50

const flushTime = (folder: string): number => {
  const file = join(folder, 'flush')
  const handle = openSync(file, 'w')
  const block = Buffer.alloc(4096)
  const once = (): number => {
    const begun = performance.now()
    writeSync(handle, block)
    fdatasyncSync(handle)
    return (performance.now() - begun) * 1000
  }
  const times = Array.from({ length: FLUSHES }, once)
  closeSync(handle)
  unlinkSync(file)
  return median(times)
}
