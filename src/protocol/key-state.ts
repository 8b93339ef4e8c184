import { LONGEST_JWT_LIFETIME } from './lifetime.ts'

/** HTTP-08, and what KEY-02 counts with: a verifier may keep a document this long. Seconds. */
export const DOCUMENT_MAX_AGE = 300

/** KEY-02: so long a new key is published before it signs: who fetched the keys just before has fetched them again. */
export const ACTIVATION_DELAY: number = 2 * DOCUMENT_MAX_AGE

/** How far another clock may be behind: a key stays so long after the last signature it is needed for. Seconds. */
export const CLOCK_SKEW = 60

/** What keys of ours may sign with (KEY-01). */
export type SigningAlg = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export const SIGNING_ALGS: readonly SigningAlg[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** The one algorithm that every resource server must know (RFC 9068 section 2.1). */
export const DEFAULT_ALG: SigningAlg = 'RS256'

export const isSigningAlg = (text: string): text is SigningAlg => SIGNING_ALGS.some((alg) => alg === text)

/** What the state of a signing key follows from; epoch seconds. */
export interface KeyTimes {
  readonly kid: string
  readonly alg: string
  readonly created_at: number
  readonly activates_at: number
  /** No JWT that it signed ends later; `null` before its first. */
  readonly signed_until: number | null
  readonly revoked_at: number | null
}

/**
 * KEY-02: where a signing key stands. It is read off its times, never stored: several processes agree, and
 * a key moves on without anybody writing.
 */
export type KeyState = 'pending' | 'active' | 'retiring' | 'gone' | 'revoked'

/**
 * The key that signs: the newest of its algorithm that has activated. Where that one is revoked there is
 * none: a key that was replaced never comes back.
 */
export const activeKey = <K extends KeyTimes>(
  keys: readonly K[],
  alg: string,
  now: number,
): K | undefined => {
  const activated = keys.filter((key) => key.alg === alg && hasActivated(key, now))
  const newest = Math.max(...activated.map(({ activates_at }) => activates_at))
  return activated
    .filter(({ activates_at, revoked_at }) => activates_at === newest && revoked_at === null)
    .sort((a, b) => (a.kid < b.kid ? 1 : -1))[0]
}

/** One that was revoked while it waited took over from nobody. */
const hasActivated = ({ activates_at, revoked_at }: KeyTimes, now: number): boolean =>
  activates_at <= now && (revoked_at === null || revoked_at >= activates_at)

/** @param keys every key that there is, itself among them */
export const keyState = (key: KeyTimes, keys: readonly KeyTimes[], now: number): KeyState => {
  if (key.revoked_at !== null) return 'revoked'
  if (key.activates_at > now) return 'pending'
  if (activeKey(keys, key.alg, now)?.kid === key.kid) return 'active'
  return now < dropsAt(key) ? 'retiring' : 'gone'
}

/** KEY-03: when a key that signs no more leaves the JWK set. */
export const dropsAt = ({ signed_until }: KeyTimes): number => (signed_until ?? 0) + CLOCK_SKEW

/** When a key that signs until `until` leaves the JWK set at the latest, whatever it signs in its last moment. */
export const latestDrop = (key: KeyTimes, until: number): number =>
  Math.max(dropsAt(key), upwards(until + LONGEST_JWT_LIFETIME) + CLOCK_SKEW)

/** What GET /oauth/jwks shows, in the order given. */
export const publishedKeys = <K extends KeyTimes>(keys: readonly K[], now: number): readonly K[] =>
  keys.filter((key) => {
    const state = keyState(key, keys, now)
    return state !== 'gone' && state !== 'revoked'
  })

/** How far `signed_until` is moved at a time, so that one write covers many tokens. Seconds. */
const STEP = 3600

/** KEY-03: what must be recorded before a JWT that ends at `exp` leaves the house; `undefined`: nothing. */
export const nextSignedUntil = ({ signed_until }: KeyTimes, exp: number): number | undefined =>
  signed_until !== null && exp <= signed_until ? undefined : upwards(exp)

const upwards = (time: number): number => Math.ceil(time / STEP) * STEP
