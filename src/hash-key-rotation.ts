/** The rotation of the hash keys (KEY-06): what is hashed from now on, and when an old key may go. */
import { audited } from './actions/audit.ts'
import { addHashKey, dropHashKeys, listOldHashKeys, type OldHashKey } from './actions/hash-key.ts'
import { randomBytes } from './crypto/random.ts'
import { newId } from './crypto/secret.ts'
import { PREFIX } from './protocol/token-form.ts'
import { now, type Server } from './server.ts'
import { listHashKeys } from './store/hash-key.ts'

export interface NewHashKey {
  readonly hash_key_id: string
  readonly activates_at: number
}

/** Adds a hash key; every process on the database hashes under it from `activates_at` on. */
export const addNewHashKey = async (server: Server): Promise<NewHashKey> => {
  const { store, seals, clock } = server
  const hash_key_id = newId(PREFIX.hash_key, clock())
  const key = randomBytes(32)
  for (;;) {
    const [witness] = await store.read(listHashKeys())
    if (witness === undefined) throw new Error('a database has at least one hash key')
    const sealed = await seals.sealBeside(witness.sealed, hash_key_id, key)
    const activates_at = await store.write(() =>
      audited(server.audit(), addHashKey({ hash_key_id, sealed, witness }, now(server)), (from) =>
        from === undefined
          ? undefined
          : { type: 'hash_key_created', detail: { hash_key_id, activates_at: from } },
      ),
    )
    if (activates_at !== undefined) return { hash_key_id, activates_at }
  }
}

/** The hash keys that hash nothing new, with what still stands under each. */
export const oldHashKeys = (server: Server): Promise<readonly OldHashKey[]> =>
  server.store.read(listOldHashKeys(now(server)))

/** How many rows still stand under a key. */
export const useCount = ({ uses }: OldHashKey): number =>
  Object.values(uses).reduce((sum, one) => sum + one, 0)

/** Drops them, and what stands under them dies. */
export const dropOldHashKeys = async (server: Server, keys: readonly OldHashKey[]): Promise<void> => {
  const ids = keys.map(({ hash_key_id }) => hash_key_id)
  if (ids.length === 0) return
  // Sealed under a key that stays, this row proves all that the dropped ones sealed.
  await server.store.write(() =>
    audited(server.audit(), dropHashKeys(ids), () => ({
      type: 'hash_key_dropped',
      detail: { hash_key_ids: ids },
    })),
  )
}
