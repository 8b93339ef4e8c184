import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export interface Options {
  /** Live tokens in the database before the first request. */
  readonly rows: number
  /** Clients that own them and ask for more. */
  readonly clients: number
  /** Times that every case runs there and back. */
  readonly rounds: number
  /** Seconds of one run of one case. */
  readonly seconds: number
  /** Seconds of the run before the first round: compiling takes a busy server some seconds. */
  readonly warmup: number
  readonly connections: number
  /** How often each command of the wall-time table runs. */
  readonly starts: number
  readonly peers: boolean
  readonly json: boolean
  /** Only the cases whose name holds one of these; the bare h3 handler always runs, as the measure. */
  readonly only: readonly string[]
  /** The folder for the database; its disk is the one that is measured. */
  readonly dir: string
  readonly generator: 'wrk' | 'autocannon' | 'any'
  /** The oauthd that is measured: of this checkout, or of an installed package. */
  readonly bin: string
}

export const USAGE = `npm run bench -- [options]
  --rows N         live tokens in the database first (1e5)
  --clients N      clients that own them and ask for more (10)
  --rounds N       times that every case runs there and back (5)
  --seconds N      seconds of one run (2)
  --warmup N       seconds of load on each server before the first round (6)
  --connections N  (64)
  --starts N       times that each command is started for the wall-time table (9)
  --only TEXT      only the cases whose name holds TEXT, and the bare h3 handler; may be repeated
  --dir FOLDER     where the database lies (the folder for temporary files)
  --generator G    wrk or autocannon (wrk when it is installed)
  --bin FILE       the oauthd that is measured (bin/oauthd.js of this checkout)
  --peers          install the peers outside the repository and measure them too
  --json           figures as JSON`

/** @throws {TypeError} naming the option that is wrong */
export const readOptions = (argv: readonly string[]): Options | undefined => {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rows: { type: 'string', default: '1e5' },
      clients: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      warmup: { type: 'string', default: '6' },
      connections: { type: 'string', default: '64' },
      starts: { type: 'string', default: '9' },
      only: { type: 'string', multiple: true, default: [''] },
      dir: { type: 'string', default: tmpdir() },
      generator: { type: 'string', default: 'any' },
      bin: { type: 'string', default: fileURLToPath(new URL('../bin/oauthd.js', import.meta.url)) },
      peers: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const { peers, json, only, dir, generator, bin } = values
  if (generator !== 'wrk' && generator !== 'autocannon' && generator !== 'any') {
    throw new TypeError('--generator is wrk or autocannon')
  }
  return {
    rows: count('rows', values.rows),
    clients: count('clients', values.clients),
    rounds: count('rounds', values.rounds),
    seconds: count('seconds', values.seconds),
    warmup: count('warmup', values.warmup),
    connections: count('connections', values.connections),
    starts: count('starts', values.starts),
    peers,
    json,
    only,
    dir,
    generator,
    bin,
  }
}

const count = (name: string, text: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new TypeError(`--${name} is a whole number above 0, such as 100 or 1e6`)
}
