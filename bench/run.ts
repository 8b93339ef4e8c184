/**
 * `npm run bench`: what oauthd costs beside a handler that does nothing, on this machine, in one run.
 * docs/benchmarks.md says how to read it. It prints; it judges no machine. It fails only when
 * something did not work.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { completeSettings } from '../src/protocol/settings.ts'
import { openServer } from '../src/server.ts'
import { waitedForProcessor } from './accounting.ts'
import { measureChecks } from './check.ts'
import { type Running, startServer } from './child.ts'
import { countTokens, fillDatabase } from './database.ts'
import { createGenerator } from './load.ts'
import { describeMachine } from './machine.ts'
import { openOnce } from './once.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { startPeers } from './peers/start.ts'
import { placement } from './processor.ts'
import { asJson, asText, type Results } from './report.ts'
import { type Measured, runRounds } from './rounds.ts'
import { BARE_H3, bareSubjects, type Kind, OURS, ourSubjects, type Subject, serveCommand } from './subject.ts'
import { measureWall } from './wall.ts'

const tell = (words: string): void => console.error(words)

const bench = async (options: Options, folder: string): Promise<Results> => {
  const place = placement()
  const generator = createGenerator(options, place, folder)
  const machine = describeMachine(folder)
  const db = join(folder, 'oauthd.db')

  tell(`filling the database with ${options.rows} tokens`)
  const filled = await fillDatabase(db, options.rows, options.clients)
  tell('starting single commands')
  const wall = await measureWall(options, db, filled.tokens[0] ?? '', folder)

  const ours = await startServer(place.server(serveCommand(options.bin, db)), join(folder, 'oauthd.log'))
  const beside = await openServer({ db, mode: 'existing', settings: completeSettings({}) })
  const once = openOnce(db, beside, filled.apps)
  const all = [
    ...(await bareSubjects(place, folder)),
    ...ourSubjects(ours, filled, once),
    ...(options.peers ? await startPeers(place, folder, tell) : []),
  ]
  const chosen = all.filter(({ name }) => name.includes(options.only) || name === BARE_H3)
  const begun = performance.now()
  const waited = waitedForProcessor()
  const measured = await runRounds(chosen, generator, options, tell)
  const crowding = crowdingSince(begun, waited)
  once.close()
  tell('checking tokens in this process')
  const checks = await measureChecks(beside, db, filled.tokens)
  await beside.close()
  await stopAll(all)
  checkStored(db, options.rows, measured)
  return {
    machine,
    generator: generator.name,
    placement: place.words,
    options,
    measured,
    crowding,
    wall,
    checks,
  }
}

/** The part of the time in which some process waited for a processor, 0 to 1. */
const crowdingSince = (begun: number, waited: number | undefined): number | undefined => {
  const now = waitedForProcessor()
  if (waited === undefined || now === undefined) return undefined
  return (now - waited) / 1000 / (performance.now() - begun)
}

const stopAll = async (subjects: readonly Subject[]): Promise<void> => {
  const servers = new Set<Running>(subjects.map(({ running }) => running))
  for (const running of servers) await running.stop()
}

const ISSUING: readonly Kind[] = ['token', 'refresh', 'code', 'jwt EdDSA', 'jwt ES256']

/** Every token that was answered is in the database: a fast answer that is not stored is no answer. */
const checkStored = (db: string, before: number, measured: readonly Measured[]): void => {
  const issuing = measured.filter(
    ({ subject }) => ISSUING.includes(subject.kind) && subject.name.startsWith(OURS),
  )
  const answered = issuing.reduce((sum, one) => sum + one.answered, 0)
  const stored = countTokens(db) - before
  if (stored < answered) throw new Error(`${answered} tokens were answered, but only ${stored} are stored`)
}

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2))
  if (options === undefined) {
    console.log(USAGE)
    return
  }
  const folder = mkdtempSync(join(options.dir, 'oauthd-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const results = await bench(options, folder)
  console.log(options.json ? JSON.stringify(asJson(results), null, 2) : `\n${asText(results)}`)
}

process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))
try {
  await main()
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`)
  // Servers may still be running: the exit ends them and removes the folder.
  process.exit(1)
}
