import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type Labels = Readonly<Record<string, string | number>>
export type Values = readonly (readonly [Labels, number])[]

/** How many were as large as each bound says, the last ones larger than any, and all sizes together. */
export interface Distribution {
  readonly labels: Labels
  readonly counts: readonly number[]
  readonly sum: number
}

export interface Description {
  readonly name: string
  readonly help: string
  readonly labelNames?: string[]
}

/** What adds metrics to a registry whose values are looked up each time that somebody asks. */
export interface Writers {
  counter(of: Description, values: () => Values): void
  /** What is not known has no value, which is not nought. */
  gauge(of: Description, values: () => Values): void
  /** `bounds` in the unit of the name. */
  histogram(of: Description, bounds: readonly number[], values: () => readonly Distribution[]): void
}

export const createWriters = (registry: Registry): Writers => {
  const registers = [registry]
  return {
    counter(of, values) {
      new Counter({
        ...of,
        registers,
        collect() {
          this.reset()
          for (const [labels, value] of values()) this.inc(labels, value)
        },
      })
    },
    gauge(of, values) {
      new Gauge({
        ...of,
        registers,
        collect() {
          this.reset()
          // A gauge without labels is nought after a reset.
          if (of.labelNames === undefined) this.remove()
          for (const [labels, value] of values()) this.set(labels, value)
        },
      })
    },
    histogram(of, bounds, values) {
      const get = async (): Promise<object> => ({
        ...of,
        type: 'histogram',
        values: values().flatMap((one) => samples(of.name, bounds, one)),
      })
      // prom-client has no way to hand over what was counted elsewhere; these two are what it reads.
      const counted = Object.assign(new Histogram({ ...of, registers: [] }), { get, getForPromString: get })
      registry.registerMetric(counted)
    },
  }
}

interface Sample {
  readonly metricName: string
  readonly labels: Labels
  readonly value: number
}

/** As the text format has it: each bucket holds those below it too, and the last is all. */
const samples = (
  name: string,
  bounds: readonly number[],
  { labels, counts, sum }: Distribution,
): readonly Sample[] => {
  let below = 0
  const buckets = counts.map((count, index) => {
    below += count
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? '+Inf' }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ]
}
