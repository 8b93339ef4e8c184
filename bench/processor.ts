/** Which processors the server and the load generator are kept on, so that they do not share one. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface Placement {
  /** A command and its arguments, on the server's processor where that can be chosen. */
  server(command: readonly string[]): readonly string[]
  generator(command: readonly string[]): readonly string[]
  /** In words, for the report. */
  readonly words: string
}

/** Uses taskset, where there is one and two processors are allowed. */
export const placement = (): Placement => {
  const [first, second] = allowedProcessors()
  if (first === undefined || second === undefined || spawnSync('taskset', ['-V']).status !== 0) {
    return { server: (command) => command, generator: (command) => command, words: 'not pinned' }
  }
  const on = (processor: number) => (command: readonly string[]) => [
    'taskset',
    '-c',
    String(processor),
    ...command,
  ]
  return {
    server: on(first),
    generator: on(second),
    words: `server pinned to processor ${first}, generator to ${second}`,
  }
}

/** proc_pid_status(5): `0-3,8`. */
const allowedProcessors = (): readonly number[] => {
  if (!existsSync('/proc/self/status')) return []
  const list = /^Cpus_allowed_list:\s+(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [low = 0, high = low] = range.split('-').map(Number)
    return Array.from({ length: high - low + 1 }, (_, index) => low + index)
  })
}
