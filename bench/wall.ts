/** Wall time of starting: the server until it is ready, and single commands. Median of several. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMemory } from './accounting.ts'
import { startServer } from './child.ts'
import { median } from './rounds.ts'
import { serveCommand } from './subject.ts'

export interface Wall {
  /** Milliseconds: Node alone, with nothing to run. */
  readonly node: number
  readonly listening: number
  /** Until the first 200 of GET /healthz. */
  readonly ready: number
  readonly version: number
  readonly client_create: number
  readonly token_introspect: number
  /** Bytes, some time after a start without a request. */
  readonly resident_idle: number
}

/** Long enough for what a start leaves behind to settle. Milliseconds. */
const SETTLING = 1000

/** @param token a live one of the database */
export const measureWall = async (
  { bin, starts }: { readonly bin: string; readonly starts: number },
  db: string,
  token: string,
  folder: string,
): Promise<Wall> => {
  const log = join(folder, 'wall.log')
  const repeat = async <T>(once: () => Promise<T>): Promise<readonly T[]> => {
    const results: T[] = []
    // The first start warms the file cache and is not counted.
    for (let n = 0; n <= starts; n += 1) results.push(await once())
    return results.slice(1)
  }
  const command = async (...args: readonly string[]): Promise<number> =>
    median(await repeat(() => timed([bin, ...args, '--db', db], '"')))

  const served = await repeat(async () => {
    const begun = performance.now()
    const running = await startServer(serveCommand(bin, db), log)
    const listening = performance.now() - begun
    const response = await fetch(`${running.url}/healthz`)
    const ready = performance.now() - begun
    if (response.status !== 200) throw new Error(`/healthz answered ${response.status}`)
    await running.stop()
    return { listening, ready }
  })
  const idle = await startServer(serveCommand(bin, db), log)
  await sleep(SETTLING)
  const resident_idle = residentMemory(idle.pid)
  await idle.stop()

  const create = ['client:create', '--name', 'bench', '--grant', 'client_credentials', '--json']
  return {
    node: median(await repeat(() => timed(['-e', ''], ''))),
    listening: median(served.map(({ listening }) => listening)),
    ready: median(served.map(({ ready }) => ready)),
    version: median(await repeat(() => timed([bin, '--version'], '.'))),
    client_create: await command(...create),
    token_introspect: await command('token:introspect', token, '--json'),
    resident_idle,
  }
}

/** Runs Node once. @throws {Error} when it does not end with 0, or its output lacks `expected` */
const timed = async (args: readonly string[], expected: string): Promise<number> => {
  const begun = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const took = performance.now() - begun
  if (code !== 0 || !text.includes(expected)) throw new Error(`${args.join(' ')} ended with ${code}: ${text}`)
  return took
}
