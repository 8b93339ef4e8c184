/** A verifier that knows what a test tells it, and principals to tell it of. */
import type { ActiveToken } from '../../src/protocol/access-token.ts'
import { type Principal, principalOf } from '../../src/protocol/principal.ts'
import type { Verifier } from '../../src/resource/verifier.ts'

/** RFC 7662 section 2.2: a person's token, or with what `given` says instead. */
export const activeToken = (given: Partial<ActiveToken> = {}): ActiveToken => ({
  active: true,
  client_id: 'cl_1',
  token_type: 'Bearer',
  exp: 1_700_000_600,
  iat: 1_700_000_000,
  sub: 'ana',
  aud: 'https://id.example',
  iss: 'https://id.example',
  jti: 'oat_1',
  grant_type: 'authorization_code',
  scope: 'a b',
  ...given,
})

export const principal = (given: Partial<ActiveToken> = {}): Principal => principalOf(activeToken(given))

export interface TestVerifier extends Verifier {
  /** By token; taken out, the token is revoked. */
  readonly live: Map<string, Principal>
  /** Thrown from now on, while it is set. */
  fault: Error | undefined
  /** Every token that was asked about. */
  readonly asked: string[]
}

/** Knows `good`, a token of ana's with scope `a b`, until a test says something else. */
export const testVerifier = (given: Partial<ActiveToken> = {}): TestVerifier => {
  const live = new Map([['good', principal(given)]])
  const asked: string[] = []
  return {
    live,
    asked,
    fault: undefined,
    async verify(input) {
      const token = String(input)
      asked.push(token)
      if (this.fault !== undefined) throw this.fault
      return live.get(token)
    },
  }
}
