/** What the machine's own books say of a process: CPU time and resident memory. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const HAS_PROC = existsSync('/proc/self/stat')

/** Clock ticks a second, in which /proc counts. */
const TICKS = HAS_PROC ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100

/** proc_pid_stat(5): utime and stime, counted from the closing bracket of the name. */
const UTIME = 11
const STIME = 12

/** User and system time of a process and all its threads so far, microseconds. */
export const cpuTime = (pid: number): number => {
  if (!HAS_PROC) return fromClock(ps(pid, 'time'))
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[UTIME]) + Number(fields[STIME])) * 1e6) / TICKS
}

/** Resident memory of a process now, bytes. */
export const residentMemory = (pid: number): number => {
  if (!HAS_PROC) return Number(ps(pid, 'rss')) * 1024
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

const PRESSURE = '/proc/pressure/cpu'

/** For how long somebody has waited for a processor since the machine started, microseconds; Linux only. */
export const waitedForProcessor = (): number | undefined => {
  if (!existsSync(PRESSURE)) return undefined
  return Number(/^some .*total=(\d+)$/m.exec(readFileSync(PRESSURE, 'utf8'))?.[1])
}

const ps = (pid: number, column: string): string =>
  execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()

/** `[[days-]hours:]minutes:seconds` in microseconds. */
const fromClock = (text: string): number => {
  const [clock = '', days = '0'] = text.split('-').reverse()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return (Number(days) * 86_400 + seconds) * 1e6
}
