import { all, one, run, type Work } from './work.ts'

/** A signing key without its private half. Where it stands follows from its times (protocol/key-state.ts). */
export interface SigningKeyRecord {
  readonly kid: string
  readonly alg: string
  readonly public_jwk: string
  readonly created_at: number
  readonly activates_at: number
  readonly signed_until: number | null
  readonly revoked_at: number | null
}

/** Every signing key, newest first: a handful, since those that are over are removed. */
export function* listSigningKeys(): Work<readonly SigningKeyRecord[]> {
  return yield* all<SigningKeyRecord>(
    `SELECT kid, alg, public_jwk, created_at, activates_at, signed_until, revoked_at FROM oauth_signing_key
     ORDER BY activates_at DESC, kid LIMIT 1000`,
  )
}

/** A private half as it rests. */
export interface SealedSigningKey {
  readonly kid: string
  readonly sealed: string
}

export function* findSealedSigningKey(kid: string): Work<SealedSigningKey | undefined> {
  return yield* one<SealedSigningKey>('SELECT kid, sealed FROM oauth_signing_key WHERE kid = $kid', { kid })
}

export function* insertSigningKey(
  key: SealedSigningKey & Pick<SigningKeyRecord, 'alg' | 'public_jwk' | 'created_at' | 'activates_at'>,
): Work<void> {
  yield* run(
    `INSERT INTO oauth_signing_key (kid, alg, public_jwk, sealed, created_at, activates_at)
     VALUES ($kid, $alg, $public_jwk, $sealed, $created_at, $activates_at)`,
    { ...key },
  )
}

/** Moves `signed_until` forward; `false` for a key that is revoked or gone, or where another was further. */
export function* extendSignedUntil(kid: string, until: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_signing_key SET signed_until = $until
     WHERE kid = $kid AND revoked_at IS NULL AND (signed_until IS NULL OR signed_until < $until) RETURNING kid`,
    { kid, until },
  )
  return row !== undefined
}

/** The algorithm of the key that was revoked now; `undefined` where none was to be revoked. */
export function* markSigningKeyRevoked(kid: string, now: number): Work<string | undefined> {
  const row = yield* one<{ alg: string }>(
    'UPDATE oauth_signing_key SET revoked_at = $now WHERE kid = $kid AND revoked_at IS NULL RETURNING alg',
    { kid, now },
  )
  return row?.alg
}

export function* deleteSigningKey(kid: string): Work<void> {
  yield* run('DELETE FROM oauth_signing_key WHERE kid = $kid', { kid })
}
