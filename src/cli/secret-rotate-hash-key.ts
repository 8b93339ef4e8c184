import type { OldHashKey } from '../actions/hash-key.ts'
import { addNewHashKey, dropOldHashKeys, oldHashKeys, useCount } from '../hash-key-rotation.ts'
import type { Server } from '../server.ts'
import type { RotateCall } from './secret-rotate.ts'
import { counted, iso } from './words.ts'

/** `secret:rotate --hash-key`: old ones that nothing stands under go on the way. */
export const rotateHashKey = async ({ ask, print }: RotateCall, server: Server): Promise<void> => {
  await ask.confirm({
    loss: async () => 'tokens and secrets will be hashed under a new key, and those there are stay good',
    verb: 'rotate',
  })
  const { dropped, in_use } = await dropUnused(server)
  const { hash_key_id, activates_at } = await addNewHashKey(server)
  print.result({
    json: () => ({
      hash_key: { id: hash_key_id, activates_at: iso(activates_at) },
      dropped: { hash_keys: dropped.length },
      in_use: in_use.map(shown),
    }),
    title: `${hash_key_id} hashes from ${iso(activates_at)} on`,
  })
  if (dropped.length > 0) print.note(`Dropped ${counted(dropped.length, 'old hash key')}`)
}

/** `secret:rotate --drop-hash-keys`: KEY-06, by force also what something stands under, its count said first. */
export const dropHashKeys = async ({ ask, flags, print }: RotateCall, server: Server): Promise<void> => {
  const old = await oldHashKeys(server)
  const lost = flags.force ? old : old.filter((key) => useCount(key) === 0)
  const left = old.filter((key) => !lost.includes(key))
  const words = lossOf(lost)
  await ask.confirm({
    loss: async () =>
      `${counted(lost.length, 'old hash key')} will be dropped${words === '' ? '' : `, and with them ${words} die`}`,
    verb: 'drop',
  })
  if (words !== '') print.warn(`what stood under them dies: ${words}`)
  await dropOldHashKeys(server, lost)
  print.result({
    json: () => ({ dropped: { hash_keys: lost.length, ...sumOf(lost) }, in_use: left.map(shown) }),
    title: `Dropped ${counted(lost.length, 'old hash key')}`,
  })
  for (const key of left) print.note(`${key.hash_key_id} stays: ${lossOf([key])} stand under it`)
}

const dropUnused = async (
  server: Server,
): Promise<{ readonly dropped: readonly OldHashKey[]; readonly in_use: readonly OldHashKey[] }> => {
  const old = await oldHashKeys(server)
  const dropped = old.filter((key) => useCount(key) === 0)
  await dropOldHashKeys(server, dropped)
  return { dropped, in_use: old.filter((key) => !dropped.includes(key)) }
}

const shown = ({ hash_key_id, uses }: OldHashKey): object => ({ id: hash_key_id, ...uses })

const sumOf = (keys: readonly OldHashKey[]): Readonly<Record<string, number>> => {
  const sum: Record<string, number> = {}
  for (const { uses } of keys) {
    for (const [kind, count] of Object.entries(uses)) sum[kind] = (sum[kind] ?? 0) + count
  }
  return sum
}

/** `2 client secrets, 1 session`; nothing where there is none. */
const lossOf = (keys: readonly OldHashKey[]): string =>
  Object.entries(sumOf(keys))
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => counted(count, kind.replaceAll('_', ' ').slice(0, -1)))
    .join(', ')
