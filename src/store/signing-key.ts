import { all, run, type Work } from './work.ts'

/** A signing key without its private half. */
export interface SigningKeyRecord {
  readonly kid: string
  readonly alg: string
  readonly state: 'pending' | 'active' | 'retiring'
  readonly public_jwk: string
  readonly created_at: number
  readonly activates_at: number
  readonly retires_at: number | null
}

/** Every key that is still published, newest first. */
export function* listSigningKeys(): Work<readonly SigningKeyRecord[]> {
  return yield* all<SigningKeyRecord>(
    `SELECT kid, alg, state, public_jwk, created_at, activates_at, retires_at FROM oauth_signing_key
     ORDER BY created_at DESC, kid LIMIT 1000`,
  )
}

/** Adds an active key; does nothing when its algorithm has one already (KEY-03: processes agree). */
export function* insertActiveSigningKey(
  key: { kid: string; alg: string; public_jwk: string; sealed: string },
  now: number,
): Work<void> {
  yield* run(
    `INSERT INTO oauth_signing_key (kid, alg, state, public_jwk, sealed, created_at, activates_at)
     VALUES ($kid, $alg, 'active', $public_jwk, $sealed, $now, $now) ON CONFLICT DO NOTHING`,
    { kid: key.kid, alg: key.alg, public_jwk: key.public_jwk, sealed: key.sealed, now },
  )
}
