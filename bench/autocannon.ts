/** Runs autocannon as a process of its own: `node bench/autocannon.ts TASK.json` prints a {@link Load}. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AutocannonTask, Load } from './load.ts'

/** What is used of autocannon, which brings no types. */
type Autocannon = (
  options: object,
  done: (error: Error | null, result: Result) => void,
) => {
  on(
    event: 'response',
    listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
  ): void
}

interface Result {
  readonly duration: number
  readonly non2xx: number
  readonly errors: number
  readonly timeouts: number
}

const { url, connections, seconds, requests } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
) as AutocannonTask
const autocannon: Autocannon = createRequire(import.meta.url)('autocannon')

/** Its own histogram knows whole milliseconds only. */
const latencies: number[] = []

const percentile = (percent: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor((latencies.length * percent) / 100))] ?? Number.NaN

const run = autocannon(
  {
    url,
    connections,
    duration: seconds,
    sampleInt: 100,
    method: 'POST',
    requests: requests.map(({ body, ...request }) => ({ method: 'POST', ...request, ...(body && { body }) })),
  },
  (error, { duration, non2xx, errors, timeouts }) => {
    if (error !== null) throw error
    latencies.sort((a, b) => a - b)
    const load: Load = {
      requests: latencies.length,
      seconds: duration,
      p50: percentile(50),
      p99: percentile(99),
      failures: non2xx + errors + timeouts,
    }
    console.log(JSON.stringify(load))
  },
)
run.on('response', (_client, _status, _bytes, milliseconds) => {
  latencies.push(milliseconds)
})
