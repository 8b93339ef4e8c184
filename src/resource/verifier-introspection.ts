import { bounded, TooBusy } from '../crypto/bounded.ts'
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

/** That many at once, and that many behind them: a server that keeps up answers a burst of them all. */
const QUESTIONS = { under_way: 256, waiting: 10_000 }

/** Who has waited that long for a turn asks no more: the server does not keep up. Milliseconds. */
const PATIENCE = 5_000

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
  const inTurn = bounded(QUESTIONS.under_way, QUESTIONS.waiting)
  let closed = false

  const answer = async (token: string, key: string, leaves: () => void): Promise<ActiveToken | undefined> => {
    const came_at = clock()
    await endOfTurn()
    try {
      return await inTurn(async () => {
        // From before it was sent: the answer is as old as the question.
        const asked_at = clock()
        if (asked_at - came_at > PATIENCE) throw new TooBusy('no turn came')
        const told = await ask(token, leaves)
        if (!told.active || !isNow(told, clock() / 1000)) return undefined
        if (cache_seconds > 0)
          cache.set(key, told, Math.min(asked_at + cache_seconds * 1000, told.exp * 1000))
        return told
      })
    } catch (cause) {
      if (!(cause instanceof TooBusy)) throw cause
      throw new OAuthError('temporarily_unavailable', 'too many tokens are being asked about', { cause })
    }
  }

  const lookUp = (token: string): ActiveToken | Promise<ActiveToken | undefined> => {
    // No token stays in memory in clear.
    const key = digestOf(token)
    const known = cache.get(key) ?? leaving.get(key)
    if (known !== undefined) return known
    const leaves = (): void => {
      if (leaving.get(key) === asked) leaving.delete(key)
    }
    const asked = answer(token, key, leaves).finally(leaves)
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
