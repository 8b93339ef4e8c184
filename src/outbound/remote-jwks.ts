import type { JsonWebKeys } from '../protocol/client-security.ts'
import { type Guard, guardedFetch } from './guarded-fetch.ts'

/** JA-09. Milliseconds, bytes. */
const TIMEOUT = 5_000
const LARGEST = 65_536
const LONGEST_KEPT = 3_600_000
const COOLDOWN = 60_000
/** Clients whose keys are kept: of 64 KiB each at the most. */
const MOST_KEPT = 1_000

/** The keys that clients publish at their `jwks_uri` (RFC 7591 section 2), fetched when one is needed. */
export interface RemoteJwks {
  /** Those that are known for an hour at the most; the message of an error is for the log. */
  latest(client_id: string, jwks_uri: string): Promise<JsonWebKeys>
  /**
   * After one was not among them: asked for again, or `undefined` when that was done within the last minute. Those
   * that are known stay until there are others.
   */
  renewed(client_id: string, jwks_uri: string): Promise<JsonWebKeys | undefined>
}

export interface RemoteJwksOptions extends Pick<Guard, 'allow_loopback' | 'lookup'> {
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly timeout?: number | undefined
}

/** An answer that is had or awaited. */
interface Asked {
  readonly jwks: Promise<JsonWebKeys>
  readonly at: number
  isFailed: boolean
  /** The last time that it was asked for again. */
  renewal: Asked | undefined
}

/**
 * Asks an address once a minute at the most for each client, whether it gave keys or none: whoever makes up
 * assertions keeps nobody busy (JA-09).
 */
export const createRemoteJwks = ({ clock, timeout = TIMEOUT, ...guard }: RemoteJwksOptions): RemoteJwks => {
  const known = new Map<string, Asked>()

  const keep = (name: string, asked: Asked): void => {
    known.delete(name)
    known.set(name, asked)
    const [oldest] = known.keys()
    if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest)
  }

  const asking = (jwks_uri: string): Asked => {
    const jwks = fetchJwks(jwks_uri, { ...guard, timeout, limit: LARGEST })
    const asked: Asked = { jwks, at: clock(), isFailed: false, renewal: undefined }
    jwks.catch(() => {
      asked.isFailed = true
    })
    return asked
  }

  const ask = (name: string, jwks_uri: string): Promise<JsonWebKeys> => {
    const asked = asking(jwks_uri)
    keep(name, asked)
    return asked.jwks
  }

  /** Only what was had takes the place of what is good still: a made-up key may fall into an hour without a site. */
  const renew = (name: string, jwks_uri: string, last: Asked): void => {
    const renewal = asking(jwks_uri)
    last.renewal = renewal
    renewal.jwks.then(
      () => known.get(name) === last && keep(name, renewal),
      () => {},
    )
  }

  return {
    latest(client_id, jwks_uri) {
      const name = nameOf(client_id, jwks_uri)
      const last = known.get(name)
      if (last === undefined) return ask(name, jwks_uri)
      const isOver = clock() - last.at >= (last.isFailed ? COOLDOWN : LONGEST_KEPT)
      return isOver ? ask(name, jwks_uri) : last.jwks
    },
    async renewed(client_id, jwks_uri) {
      const name = nameOf(client_id, jwks_uri)
      const last = known.get(name)
      if (last === undefined) return ask(name, jwks_uri)
      if (clock() - (last.renewal ?? last).at >= COOLDOWN) renew(name, jwks_uri, last)
      return last.renewal?.jwks
    },
  }
}

/** A client that names another address is asked there at once. */
const nameOf = (client_id: string, jwks_uri: string): string => `${client_id}\n${jwks_uri}`

const fetchJwks = async (jwks_uri: string, guard: Guard): Promise<JsonWebKeys> => {
  try {
    return readJwks(JSON.parse(await guardedFetch(jwks_uri, guard)))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the keys at ${jwks_uri} cannot be had: ${why}`, { cause })
  }
}

const readJwks = (document: unknown): JsonWebKeys => {
  const keys = isObject(document) ? document['keys'] : undefined
  if (!Array.isArray(keys)) throw new Error('it is no JSON Web Key Set')
  return { keys: keys.filter(isObject) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
