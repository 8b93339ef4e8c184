import type { Server } from '../server.ts'
import { type ClientSecret, renewSecretHash } from '../store/client-secret.ts'

/**
 * KEY-06: a secret that was shown is hashed anew under the newest hash key: it has no end of its own, and the old
 * key could never be dropped. Nobody waits for it; what fails is tried at the next time.
 */
export const renewHash = (
  { store, secrets, hash_keys, clock, log }: Server,
  client_secret: string,
  stored: ClientSecret,
): void => {
  if (stored.hash_key_id === hash_keys.newest.hash_key_id) return
  const { secret_hash, hash_key_id } = secrets.hashClientSecret(client_secret, clock())
  store
    .write(() => renewSecretHash(stored, { secret_hash, hash_key_id }))
    .catch((err: unknown) => log.warn({ err }, 'a secret stays under its old hash key'))
}
