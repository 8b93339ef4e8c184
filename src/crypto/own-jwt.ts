import * as errors from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import { SIGNING_ALGS } from '../protocol/key-state.ts'
import { type Instant, isRefusal } from './access-token-jwt.ts'
import type { Claims, Key } from './signing-key.ts'

/** What a JWT of ours must say of itself. */
export interface ExpectedJwt {
  /** RFC 8725 section 3.11: one kind of JWT is never taken for another. */
  readonly typ: string
  readonly issuer: string
  readonly audience?: string | readonly string[]
  /** Taken after its `exp` too: by who asks what it was, never by who would let it in. */
  readonly mayBeOver?: boolean
}

/**
 * The claims of a JWT that one of our own keys signed, and that is not over unless it may be; `undefined` for
 * anything else.
 *
 * @param keyOf the key of a `kid` and an `alg` together: a header chooses neither for a key (RFC 8725 section 3.1)
 */
export const checkOwnJwt = async (
  jwt: string,
  { typ, issuer, audience, mayBeOver = false }: ExpectedJwt,
  keyOf: (kid: string | undefined, alg: string) => Promise<Key> | undefined,
  at: Instant,
): Promise<Claims | undefined> => {
  try {
    const { payload } = await jwtVerify(
      jwt,
      ({ kid, alg }) => {
        const key = keyOf(kid, alg)
        if (key === undefined) throw new errors.JWKSNoMatchingKey()
        return key
      },
      {
        typ,
        issuer,
        algorithms: [...SIGNING_ALGS],
        currentDate: at,
        clockTolerance: mayBeOver ? Number.MAX_SAFE_INTEGER : 0,
        ...(audience === undefined
          ? {}
          : { audience: typeof audience === 'string' ? audience : [...audience] }),
      },
    )
    return payload
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}
