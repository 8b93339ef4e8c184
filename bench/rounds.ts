/** Runs the subjects in turn, there and back, and gives what each round saw of each of them. */
import { cpuTime, residentMemory } from './accounting.ts'
import type { Generator, Load } from './load.ts'
import type { Options } from './options.ts'
import { check, type Subject } from './subject.ts'

/** What one round saw of one subject. */
export interface Figures {
  /** User and system time of the server's process, microseconds. */
  readonly cpu_per_request: number
  readonly requests_per_second: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Bytes, the most that was seen under load. */
  readonly resident: number
}

export interface Measured {
  readonly subject: Subject
  /** One a round. */
  readonly rounds: readonly Figures[]
  /** Requests that the server answered in all runs, the first checks and the warm-up included. */
  readonly answered: number
}

interface Run {
  readonly load: Load
  readonly cpu: number
  readonly resident: number
}

const SAMPLE_INTERVAL = 200

/** Requests a second that are ready for a run of what can be asked only once: so many, or so many times the last rate. */
const LEAST = 25_000
const ENOUGH = 2

/**
 * A round is A B C … C B A, so that a machine that grows slower slows all of them alike.
 *
 * @throws {Error} when a server refuses, breaks off, or answers wrongly before or after
 */
export const runRounds = async (
  subjects: readonly Subject[],
  generator: Generator,
  { rounds, seconds, warmup }: Pick<Options, 'rounds' | 'seconds' | 'warmup'>,
  tell: (words: string) => void,
): Promise<readonly Measured[]> => {
  const figures = new Map<Subject, Figures[]>(subjects.map((subject) => [subject, []]))
  const answered = new Map<Subject, number>()
  const rates = new Map<Subject, number>()
  const run = async (subject: Subject, duration: number): Promise<Run> => {
    const count = Math.ceil(duration * Math.max(subject.least ?? LEAST, ENOUGH * (rates.get(subject) ?? 0)))
    const requests = subject.refill?.(count) ?? subject.requests
    const done = await runOnce({ ...subject, requests }, generator, duration)
    rates.set(subject, done.load.requests / done.load.seconds)
    answered.set(subject, (answered.get(subject) ?? 0) + done.load.requests)
    return done
  }
  for (const subject of subjects) {
    tell(`warming up ${subject.name}`)
    await check(subject)
    // What is used once is made anew for every run, so its runs are short.
    const length = subject.refill === undefined ? warmup : Math.min(seconds, warmup)
    for (let warmed = 0; warmed < warmup; warmed += length) await run(subject, length)
  }
  for (let round = 1; round <= rounds; round += 1) {
    tell(`round ${round} of ${rounds}`)
    const runs = new Map<Subject, Run[]>(subjects.map((subject) => [subject, []]))
    for (const subject of [...subjects, ...subjects.toReversed()])
      runs.get(subject)?.push(await run(subject, seconds))
    for (const [subject, both] of runs) figures.get(subject)?.push(together(both))
  }
  for (const subject of subjects) await check(subject)
  return subjects.map((subject) => ({
    subject,
    rounds: figures.get(subject) ?? [],
    answered: answered.get(subject) ?? 0,
  }))
}

const runOnce = async (
  { name, running, requests }: Subject,
  generator: Generator,
  seconds: number,
): Promise<Run> => {
  let resident = 0
  const sample = (): void => {
    resident = Math.max(resident, residentMemory(running.pid))
  }
  const timer = setInterval(sample, SAMPLE_INTERVAL)
  try {
    const before = cpuTime(running.pid)
    const load = await generator.run(running.url, requests, seconds)
    const cpu = cpuTime(running.pid) - before
    sample()
    if (load.requests === 0 || load.failures > 0) {
      throw new Error(`${name}: ${load.failures} of ${load.requests} requests failed`)
    }
    return { load, cpu, resident }
  } finally {
    clearInterval(timer)
  }
}

const together = (runs: readonly Run[]): Figures => {
  const sum = (of: (run: Run) => number): number => runs.reduce((total, run) => total + of(run), 0)
  const requests = sum(({ load }) => load.requests)
  return {
    cpu_per_request: sum(({ cpu }) => cpu) / requests,
    requests_per_second: requests / sum(({ load }) => load.seconds),
    p50: sum(({ load }) => load.p50) / runs.length,
    p99: sum(({ load }) => load.p99) / runs.length,
    resident: Math.max(...runs.map(({ resident }) => resident)),
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
    : (sorted[Math.floor(middle)] ?? Number.NaN)
}

/** How many times the CPU of `one` goes into that of `other`: per round, then the median. */
export const ratio = (other: Measured, one: Measured): number =>
  median(
    other.rounds.map(
      (figures, n) => figures.cpu_per_request / (one.rounds[n]?.cpu_per_request ?? Number.NaN),
    ),
  )
