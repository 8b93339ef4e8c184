import { digestOf } from '../crypto/keyed-hash.ts'
import type { ActiveToken, Introspection } from '../protocol/access-token.ts'
import { principalOf } from '../protocol/principal.ts'
import { createAnswerCache } from './answer-cache.ts'
import { presentedToken, type Verifier } from './verifier.ts'

export interface Introspecting {
  /** One request to the endpoint. @throws when the answer cannot be had */
  ask(token: string): Promise<Introspection>
  /** How long a yes is repeated; 0 asks each time. */
  readonly cache_seconds: number
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Some ten megabytes of answers. */
const MOST_ANSWERS = 10_000

/** What the server takes as the value of `token`; what is longer is none, and nobody need be asked. */
const LONGEST_TOKEN = 32_768

/**
 * Asks the server about each token. Who asks about a token that is being asked about gets the same
 * answer; a yes is repeated for `cache_seconds`, never past the token's end, and a no never is: a
 * token that was refused may have been asked about a moment before it was issued.
 */
export const introspectionVerifier = ({ ask, cache_seconds, clock }: Introspecting): Required<Verifier> => {
  const asking = new Map<string, Promise<ActiveToken | undefined>>()
  const cache = createAnswerCache<ActiveToken>(MOST_ANSWERS, clock)
  let closed = false

  const answer = async (token: string, key: string): Promise<ActiveToken | undefined> => {
    // From before it was sent: the answer is as old as the question.
    const asked_at = clock()
    const told = await ask(token)
    // RFC 7662 section 4: a yes that is over by its own words is none.
    if (!told.active || told.exp * 1000 <= clock()) return undefined
    if (cache_seconds > 0) cache.set(key, told, Math.min(asked_at + cache_seconds * 1000, told.exp * 1000))
    return told
  }

  const lookUp = (token: string): ActiveToken | Promise<ActiveToken | undefined> => {
    // No token stays in memory in clear.
    const key = digestOf(token)
    const known = cache.get(key) ?? asking.get(key)
    if (known !== undefined) return known
    const asked = answer(token, key).finally(() => asking.delete(key))
    asking.set(key, asked)
    return asked
  }

  return {
    async verify(input) {
      if (closed) throw new Error('the verifier is closed')
      const token = presentedToken(input)
      if (token === undefined || token === '' || token.length > LONGEST_TOKEN) return undefined
      const live = await lookUp(token)
      // An own copy for each: what a route does to its principal is not in the next one's.
      return live === undefined ? undefined : principalOf(structuredClone(live))
    },
    async close() {
      closed = true
      cache.clear()
    },
  }
}
