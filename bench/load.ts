/** The load generator: wrk where it is installed, autocannon otherwise; always in its own process. */
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Options } from './options.ts'
import type { Placement } from './processor.ts'
import type { FormRequest } from './request.ts'
import { readWrk, wrkRequests, wrkScript } from './wrk.ts'

/** What one run of the generator saw. Latencies in milliseconds. */
export interface Load {
  readonly requests: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  /** Answers that were not 2xx, and connections that broke. */
  readonly failures: number
}

/** What autocannon.ts is handed. */
export interface AutocannonTask {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly requests: readonly FormRequest[]
}

export interface Generator {
  /** For the report. */
  readonly name: string
  run(url: string, requests: readonly FormRequest[], seconds: number): Promise<Load>
}

/** @param folder where scripts for the generator are written */
export const createGenerator = (options: Options, place: Placement, folder: string): Generator => {
  const { generator, connections } = options
  // `wrk -v` says its version on the first line and ends with 1.
  const version = /^wrk (?:\w+\/)?([\w.]+)/.exec(
    spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '',
  )?.[1]
  if (generator === 'wrk' && version === undefined)
    throw new TypeError('--generator wrk: wrk is not installed')
  const useWrk = generator !== 'autocannon' && version !== undefined
  return {
    name: useWrk ? `wrk ${version}` : 'autocannon',
    async run(url, requests, seconds) {
      const file = join(folder, useWrk ? 'load.lua' : 'load.json')
      if (useWrk) {
        const lines = join(folder, 'load.tsv')
        writeFileSync(lines, wrkRequests(requests))
        writeFileSync(file, wrkScript(lines))
        const settings = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', '-s', file]
        return readWrk(await output(place.generator(['wrk', ...settings, url])))
      }
      const task: AutocannonTask = { url, connections, seconds, requests }
      writeFileSync(file, JSON.stringify(task))
      const script = fileURLToPath(new URL('autocannon.ts', import.meta.url))
      return JSON.parse(await output(place.generator([process.execPath, script, file]))) as Load
    },
  }
}

const output = async (command: readonly string[]): Promise<string> => {
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${args.join(' ')}`)
  return text
}
