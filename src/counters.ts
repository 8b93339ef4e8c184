/**
 * What has happened in this process, as plain numbers: whoever counts adds one, and nothing is made,
 * looked up twice or waited for. `GET /metrics` reads them; where nobody asks they cost next to nothing.
 */

/** How often, by a word of which there are few: a status, an error code, a grant. Never one that a client made up. */
export type Tally<K extends string | number = string> = Map<K, number>

/** The answers of one endpoint. */
export interface RouteCount {
  readonly statuses: Tally<number>
  /** Refusals by the error that was told (RFC 6749 section 5.2 and its kin). */
  readonly errors: Tally
  /** How many took as long as {@link BOUNDS} says, the last one longer than any. */
  readonly took: number[]
  /** All of them together. Milliseconds. */
  ms: number
}

export interface Counters {
  /** By the name of the endpoint. */
  readonly routes: Map<string, RouteCount>
  /** Tokens by grant type. */
  readonly issued: Tally
  /** Codes and refresh tokens that were used a second time. */
  readonly reused: Tally
}

/** Milliseconds: what a request is expected to take, and what makes people wait. */
export const BOUNDS: readonly number[] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

/** What is rare starts at nought, or its first time would not be seen as a rise. */
export const createCounters = (): Counters => ({
  routes: new Map(),
  issued: new Map(),
  reused: new Map([
    ['code_reuse', 0],
    ['refresh_reuse', 0],
  ]),
})

/** The numbers of an endpoint, which several of its paths may share. */
export const routeCount = ({ routes }: Pick<Counters, 'routes'>, name: string): RouteCount => {
  const known = routes.get(name)
  if (known !== undefined) return known
  const made = { statuses: new Map(), errors: new Map(), took: [...BOUNDS, 0].map(() => 0), ms: 0 }
  routes.set(name, made)
  return made
}

/** One more. */
export const increase = <K extends string | number>(tally: Tally<K>, what: K): void => {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

/** One more answer. A clock that stepped back while it was made counts as no time. */
export const countAnswer = (route: RouteCount, status: number, ms: number): void => {
  increase(route.statuses, status)
  const waited = ms > 0 ? ms : 0
  route.ms += waited
  let index = 0
  while (waited > (BOUNDS[index] ?? Number.POSITIVE_INFINITY)) index += 1
  route.took[index] = (route.took[index] ?? 0) + 1
}
