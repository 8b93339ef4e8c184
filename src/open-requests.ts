/** How many requests of a kind may be open at a time: of one party, and in all; and for how long each is, in seconds. */
interface Room {
  readonly own: number
  readonly all: number
  readonly lifetime: number
}

export type OpenKind = 'authorization_request' | 'pushed_by_anybody' | 'pushed'

/**
 * What may wait, by who can make it wait. Whoever authenticates to push is told apart, so that nobody who only
 * names a client can take its room (RL-02).
 */
const ROOMS: Readonly<Record<OpenKind, Room>> = {
  authorization_request: { own: 1_000, all: 50_000, lifetime: 900 },
  pushed_by_anybody: { own: 1_000, all: 50_000, lifetime: 90 },
  pushed: { own: 20_000, all: 100_000, lifetime: 90 },
}

/** What is kept until a person answers, counted by each process for itself: it guards room, and no secret. */
export interface OpenRequests {
  /**
   * Takes a place.
   *
   * @param whose whom it is counted against beside all; `undefined` where nobody can tell them apart
   * @param places how many, for what is larger than others
   * @returns `undefined`, or in how many seconds there is one again
   */
  take(kind: OpenKind, whose: string | undefined, now: number, places?: number): number | undefined
  /** Gives a place back: the request was answered. */
  giveBack(kind: OpenKind, whose: string | undefined): void
}

/** Places that are taken, as of a time; they come back as steadily as requests end. */
interface Taken {
  readonly count: number
  readonly at: number
}

/** Parties that are remembered; who is forgotten is still counted with all. */
const REMEMBERED = 10_000

export const createOpenRequests = (): OpenRequests => {
  const taken = new Map<string, Taken>()
  const all = new Map<OpenKind, Taken>()
  return {
    take(kind, whose, now, places = 1) {
      const room = ROOMS[kind]
      const everybody = left(all.get(kind), now, room.all, room.lifetime)
      const key = whose === undefined ? undefined : `${kind} ${whose}`
      const theirs = left(key === undefined ? undefined : taken.get(key), now, room.own, room.lifetime)
      const wait = Math.max(
        waitFor(everybody.count + places, room.all, room.lifetime),
        waitFor(theirs.count + places, room.own, room.lifetime),
      )
      const more = wait > 0 ? 0 : places
      all.set(kind, { ...everybody, count: everybody.count + more })
      if (key !== undefined) remember(taken, key, { ...theirs, count: theirs.count + more })
      return wait > 0 ? wait : undefined
    },
    giveBack(kind, whose) {
      release(all, kind)
      if (whose !== undefined) release(taken, `${kind} ${whose}`)
    },
  }
}

/** What is still taken now; where the clock was set back nothing comes back for that, and nothing waits for it. */
const left = (before: Taken | undefined, now: number, places: number, lifetime: number): Taken => {
  const { count, at } = before ?? { count: 0, at: now }
  const back = (Math.max(0, now - at) * places) / lifetime
  return { count: Math.max(0, count - back), at: now }
}

/** Seconds until there is room for so many; 0 when there is. */
const waitFor = (wanted: number, places: number, lifetime: number): number =>
  wanted <= places ? 0 : Math.ceil(((wanted - places) * lifetime) / places)

const release = <K>(of: Map<K, Taken>, key: K): void => {
  const before = of.get(key)
  if (before !== undefined) of.set(key, { ...before, count: Math.max(0, before.count - 1) })
}

/** The one that was counted longest ago makes room. */
const remember = (taken: Map<string, Taken>, key: string, now_taken: Taken): void => {
  taken.delete(key)
  const [oldest] = taken.size < REMEMBERED ? [] : taken.keys()
  if (oldest !== undefined) taken.delete(oldest)
  taken.set(key, now_taken)
}
