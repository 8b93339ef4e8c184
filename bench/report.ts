import type { Checks } from './check.ts'
import type { Machine } from './machine.ts'
import type { Options } from './options.ts'
import { type Figures, type Measured, median, ratio } from './rounds.ts'
import { BARE_H3, OURS } from './subject.ts'
import { fixed, megabytes, table } from './table.ts'
import {
  AGAINST_OIDC_PROVIDER,
  CHECK,
  type EndpointTargets,
  judge,
  MOST,
  SHARE,
  type Target,
} from './target.ts'
import type { Wall } from './wall.ts'

/** All that one run of the bench has found. */
export interface Results {
  readonly machine: Machine
  readonly generator: string
  readonly placement: string
  readonly options: Options
  readonly measured: readonly Measured[]
  /** The part of the time in which some process waited for a processor; unknown where the system does not say. */
  readonly crowding: number | undefined
  readonly wall: Wall
  readonly checks: Checks
}

/** The figures for `--json`: medians, with the figures of each round beside them. */
export const asJson = ({ measured, options, ...rest }: Results): object => {
  const { rows, clients, rounds, seconds, connections } = options
  return {
    ...rest,
    options: { rows, clients, rounds, seconds, connections },
    subjects: measured.map((one) => ({
      name: one.subject.name,
      kind: one.subject.kind,
      ...medians(one),
      share_of_bare_h3: share(measured, one),
      cpu_over_oauthd: overOurs(measured, one),
      rounds: one.rounds,
    })),
  }
}

/** The tables that are printed. */
export const asText = (results: Results): string =>
  [header(results), loadTable(results), peerTable(results), wallTable(results), checkTable(results)]
    .filter((part) => part !== '')
    .join('\n\n')

const header = ({ machine, generator, placement, options, crowding }: Results): string => {
  const { rows, clients, rounds, seconds, connections } = options
  const packages = Object.entries(machine.packages).map((pair) => pair.join(' '))
  return [
    `${machine.cores} cores, ${machine.processor}; a flush of 4 KiB takes ${fixed(machine.flush, 0)} µs; ${placement}`,
    `Node ${machine.node}, SQLite ${machine.sqlite}, ${packages.join(', ')}`,
    `${generator}, ${connections} connections; ${rounds} × there and back, ${seconds} s a run; ` +
      `${rows} live tokens of ${clients} clients; log on, durable at FULL`,
    ...(crowding === undefined
      ? []
      : [`somebody waited for a processor ${fixed(100 * crowding, 0)} % of the time`]),
  ].join('\n')
}

const loadTable = ({ measured }: Results): string =>
  table(
    ['', 'CPU µs/request', 'of bare h3', 'target', 'requests/s', 'p50 ms', 'p99 ms', 'resident MB', 'target'],
    measured.map((one) => {
      const { cpu_per_request, requests_per_second, p50, p99, resident } = medians(one)
      const of_h3 = share(measured, one)
      return [
        one.subject.name,
        fixed(cpu_per_request, 1),
        fixed(of_h3, 2),
        isOurs(one) ? judged(of_h3, one, SHARE, 2) : '',
        fixed(requests_per_second, 0),
        fixed(p50, 2),
        fixed(p99, 2),
        fixed(megabytes(resident), 0),
        isOurs(one) ? judge(megabytes(resident), MOST.resident_load, 0) : '',
      ]
    }),
  )

const peerTable = ({ measured }: Results): string => {
  const rows = measured.flatMap((peer) => {
    const times = overOurs(measured, peer)
    if (times === undefined) return []
    const isMeasure = peer.subject.name.startsWith('oidc-provider')
    const target = isMeasure ? judged(times, peer, AGAINST_OIDC_PROVIDER, 1) : ''
    return [[peer.subject.name, `${fixed(times, 1)}x`, target]]
  })
  return rows.length === 0 ? '' : table(['peer', 'CPU of the peer / of oauthd', 'target'], rows)
}

/** How many times oauthd's CPU goes into a peer's at the same endpoint; `undefined` for what is no peer. */
const overOurs = (measured: readonly Measured[], peer: Measured): number | undefined => {
  const ours = measured.find((one) => isOurs(one) && one.subject.kind === peer.subject.kind)
  return ours === undefined || isOurs(peer) ? undefined : ratio(peer, ours)
}

const wallTable = ({ wall }: Results): string => {
  const row = (words: string, value: number, unit: string, target?: Target): readonly string[] => [
    words,
    `${fixed(value, 0)} ${unit}`,
    target === undefined ? '' : judge(value, target, 0),
  ]
  return table(
    ['one process, nothing else running', 'median', 'target'],
    [
      row('node, with nothing to run', wall.node, 'ms'),
      row('oauthd serve: start to listening', wall.listening, 'ms'),
      row('oauthd serve: start to ready', wall.ready, 'ms', MOST.ready),
      row('oauthd --version', wall.version, 'ms', MOST.version),
      row('oauthd client:create', wall.client_create, 'ms', MOST.client_create),
      row('oauthd token:introspect', wall.token_introspect, 'ms', MOST.token_introspect),
      row('oauthd serve: resident, idle', megabytes(wall.resident_idle), 'MB', MOST.resident_idle),
    ],
  )
}

const checkTable = ({ checks: { in_process, shared_file, ratio: times } }: Results): string =>
  table(
    ['middleware check of an opaque token', 'CPU µs', 'of in process', 'target'],
    [
      ['the server in the same process', fixed(in_process, 1), fixed(1, 2), judge(in_process, CHECK, 1)],
      ['createVerifier({ db })', fixed(shared_file, 1), fixed(times, 2), ''],
    ],
  )

const isOurs = ({ subject }: Measured): boolean => subject.name.startsWith(OURS)

const judged = (value: number, { subject }: Measured, targets: EndpointTargets, digits: number): string => {
  const target = targets[subject.kind]
  return target === undefined ? '' : judge(value, target, digits)
}

const share = (measured: readonly Measured[], one: Measured): number => {
  const bare = measured.find(({ subject }) => subject.name === BARE_H3)
  return bare === undefined ? Number.NaN : ratio(bare, one)
}

const medians = ({ rounds }: Measured): Figures => {
  const of = (member: keyof Figures): number => median(rounds.map((figures) => figures[member]))
  return {
    cpu_per_request: of('cpu_per_request'),
    requests_per_second: of('requests_per_second'),
    p50: of('p50'),
    p99: of('p99'),
    resident: Math.max(...rounds.map(({ resident }) => resident)),
  }
}
