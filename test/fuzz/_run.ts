/**
 * `npm run fuzz`: every parser and every endpoint, with what nobody would send, for a while. It prints what was
 * tried and the seed; where a law is broken, the smallest thing that breaks it and how to see it again.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { openWalk } from './_endpoints.ts'
import { PARSERS } from './_parsers.ts'

/** In one go: of a parser, and of the endpoints, whose log grows. */
const BATCH = 2_000
const REQUESTS = 200

const USAGE = 'npm run fuzz -- [--seconds 60] [--seed N] [--only NAME]'

/** One batch; gives what was found, if anything. */
interface Fuzzed {
  readonly name: string
  run(seed: number): Promise<fc.RunDetails<[unknown]>>
}

export const FUZZED: readonly Fuzzed[] = [
  ...PARSERS.map(({ name, property }) => ({
    name,
    run: async (seed: number) => fc.check(property, { seed, numRuns: BATCH }),
  })),
  {
    name: 'endpoints',
    async run(seed) {
      const walk = await openWalk()
      const details = await fc.check(walk.property, { seed, numRuns: REQUESTS })
      await walk.close()
      return details
    },
  },
]

const misused = (problem: string): never => {
  console.error(`${problem}\nUsage: ${USAGE}`)
  process.exit(2)
}

const wholeNumber = (text: string): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : misused(`${text} is no whole number`)

const OPTIONS = {
  seconds: { type: 'string', default: '60' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  only: { type: 'string', default: '' },
  help: { type: 'boolean', short: 'h' },
} as const

const given = (): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] => {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (thrown) {
    return misused(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

const main = async (): Promise<void> => {
  const values = given()
  if (values.help) return console.log(`Usage: ${USAGE}`)
  const [seconds, first] = [wholeNumber(values.seconds), wholeNumber(values.seed)]
  const chosen = FUZZED.filter(({ name }) => name.includes(values.only))
  if (chosen.length === 0) {
    misused(`nothing is called ${values.only}: ${FUZZED.map(({ name }) => name).join(', ')}`)
  }
  const runs = new Map<string, number>()
  const end = Date.now() + seconds * 1_000
  // Once around at the least.
  for (let seed = first; seed === first || Date.now() < end; seed += 1) {
    for (const { name, run } of chosen) {
      if (seed !== first && Date.now() >= end) break
      const details = await run(seed)
      runs.set(name, (runs.get(name) ?? 0) + details.numRuns)
      if (!details.failed) continue
      console.error(`${name}\n${fc.defaultReportMessage(details)}`)
      console.error(`Again: npm run fuzz -- --only '${name}' --seed ${seed} --seconds 0`)
      process.exit(1)
    }
  }
  for (const [name, count] of runs) console.log(`${String(count).padStart(9)}  ${name}`)
  console.log(`seed ${first}, and nothing was found`)
}

if (import.meta.main) await main()
