import { digestOf } from '../crypto/keyed-hash.ts'
import type { ActiveToken, Introspection } from '../protocol/access-token.ts'
import { isBearerToken } from '../protocol/bearer.ts'
import { OAuthError } from '../protocol/error.ts'
import { principalOf } from '../protocol/principal.ts'
import { createAnswerCache } from './answer-cache.ts'
import { createProver } from './possession.ts'
import { createUsedProofs } from './used-proofs.ts'
import { type BoundTokens, type Verifier, verifyBy, withBoundTokens } from './verifier.ts'

export interface Introspecting {
  /**
   * One request to the endpoint, which calls `leaves` before it may have been sent.
   *
   * @throws when the answer cannot be had
   */
  ask(token: string, leaves: () => void): Promise<Introspection>
  /** How long a yes is repeated; 0 asks each time. */
  readonly cache_seconds: number
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** What clients call in place of the `/` of a request. */
  readonly public_url?: string | undefined
}

/** Some ten megabytes. */
const MOST_CACHED = { answers: 10_000, size: 10_485_760 }

/** Beyond that many at once the server is no help any more, and each waits for nothing. */
const MOST_QUESTIONS = 256

/** What the server takes as the value of `token`; what is longer is none, and nobody need be asked. */
const LONGEST_TOKEN = 32_768

/**
 * Asks the server about each token. Who asks about a token while a question about it has not left yet
 * gets the same answer; an answer to an older question may be from before a revocation. A yes is
 * repeated for `cache_seconds`, never past the token's end, and a no never is: a token that was refused
 * may have been asked about a moment before it was issued.
 */
export const introspectionVerifier = ({
  ask,
  cache_seconds,
  clock,
  public_url,
}: Introspecting): Required<Verifier> => {
  const leaving = new Map<string, Promise<ActiveToken | undefined>>()
  const cache = createAnswerCache<ActiveToken>(MOST_CACHED, clock)
  let under_way = 0
  let closed = false

  const answer = async (token: string, key: string, leaves: () => void): Promise<ActiveToken | undefined> => {
    // From before it was sent: the answer is as old as the question.
    const asked_at = clock()
    await endOfTurn()
    const told = await ask(token, leaves)
    if (!told.active || !isNow(told, clock() / 1000)) return undefined
    if (cache_seconds > 0) cache.set(key, told, Math.min(asked_at + cache_seconds * 1000, told.exp * 1000))
    return told
  }

  const lookUp = (token: string): ActiveToken | Promise<ActiveToken | undefined> => {
    // No token stays in memory in clear.
    const key = digestOf(token)
    const known = cache.get(key) ?? leaving.get(key)
    if (known !== undefined) return known
    if (under_way >= MOST_QUESTIONS) {
      throw new OAuthError('temporarily_unavailable', 'too many tokens are being asked about')
    }
    under_way += 1
    const leaves = (): void => {
      if (leaving.get(key) === asked) leaving.delete(key)
    }
    const asked = answer(token, key, leaves).finally(() => {
      under_way -= 1
      leaves()
    })
    leaving.set(key, asked)
    return asked
  }

  const bound: BoundTokens = {
    async find(token) {
      if (closed) throw new Error('the verifier is closed')
      if (token === undefined || token.length > LONGEST_TOKEN || !isBearerToken(token)) return undefined
      const live = await lookUp(token)
      // An own copy for each: what a route does to its principal is not in the next one's.
      return live === undefined ? undefined : principalOf(structuredClone(live))
    },
    prove: createProver({ clock, claim: createUsedProofs(clock) }),
    public_url,
  }
  const close = async (): Promise<void> => {
    closed = true
    cache.clear()
  }
  return withBoundTokens({ verify: (input) => verifyBy(bound, input), close }, bound)
}

/** RFC 7662 section 4: a yes that by its own words is over, or has not begun, is none. */
const isNow = ({ nbf, exp }: ActiveToken, now: number): boolean =>
  now < exp && !(typeof nbf === 'number' && now < nbf)

/** All requests of one turn of the event loop share a question, and not only those of one callback. */
const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
