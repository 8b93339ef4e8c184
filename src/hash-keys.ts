import { type HashKeys, hashKeys } from './crypto/hash-key.ts'
import type { Seals } from './seals.ts'
import type { HashKeyRow } from './store/hash-key.ts'

/**
 * The hash keys of a database, opened.
 *
 * @throws {SecretError} `secret_mismatch`: another secret sealed them
 */
export const openedHashKeys = async (rows: readonly HashKeyRow[], seals: Seals): Promise<HashKeys> =>
  hashKeys(
    await Promise.all(
      rows.map(async ({ hash_key_id, sealed }) => ({
        hash_key_id,
        key: await seals.open(hash_key_id, sealed),
      })),
    ),
  )
