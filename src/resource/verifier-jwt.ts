import { checkAccessTokenJwt, type KeyOf } from '../crypto/access-token-jwt.ts'
import type { ActiveToken } from '../protocol/access-token.ts'
import { activeToken, UnusableAnswer } from '../protocol/introspection-answer.ts'
import { principalOf } from '../protocol/principal.ts'
import { createProver } from './possession.ts'
import { createUsedProofs } from './used-proofs.ts'
import { type BoundTokens, type Verifier, verifyBy, withBoundTokens } from './verifier.ts'

export interface JwtChecking {
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** The public key that a header names. @throws when the keys cannot be had */
  readonly keyOf: KeyOf
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** What clients call in place of the `/` of a request. */
  readonly public_url?: string | undefined
}

/** RFC 9068 section 4: checks a signed token without asking anybody. What is revoked lives on until its end. */
export const jwtVerifier = ({ clock, public_url, ...expected }: JwtChecking): Required<Verifier> => {
  let closed = false
  const bound: BoundTokens = {
    async find(token) {
      if (closed) throw new Error('the verifier is closed')
      if (token === undefined) return undefined
      const claims = await checkAccessTokenJwt(token, expected, new Date(clock()))
      const live = claims && principalClaims(claims)
      return live === undefined ? undefined : principalOf(live)
    },
    prove: createProver({ clock, claim: createUsedProofs(clock) }),
    public_url,
  }
  const close = async (): Promise<void> => {
    closed = true
  }
  return withBoundTokens({ verify: (input) => verifyBy(bound, input), close }, bound)
}

/** Signed by the right one, and yet no access token: there is nothing that would have to be asked. */
const principalClaims = (claims: Readonly<Record<string, unknown>>): ActiveToken | undefined => {
  try {
    return activeToken(claims)
  } catch (error) {
    if (error instanceof UnusableAnswer) return undefined
    throw error
  }
}
