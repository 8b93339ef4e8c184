import { claimWitness } from '../store/hash-key.ts'
import { holdsSecretRotation, listSealed, type SealedRow, updateSealed } from '../store/sealed.ts'
import type { Work } from '../store/work.ts'

/** `changed`: a value was added, dropped or sealed otherwise; `overtaken`: the turn is somebody else's by now. */
export type Reseal = 'resealed' | 'changed' | 'overtaken'

/**
 * KEY-07: puts every sealed value anew in one transaction, or nothing.
 *
 * @param until until when the turn to rotate was taken: after it the key file may hold secrets of others alone
 * @param before all that is sealed, as `listSealed` gave it
 * @param after the same rows, sealed under another master secret
 */
export function* reseal(
  before: readonly SealedRow[],
  after: readonly SealedRow[],
  until: number,
): Work<Reseal> {
  if (!(yield* holdsSecretRotation(until))) return 'overtaken'
  const witness = before.find(({ kind }) => kind === 'hash_key')
  // From here to the end nobody adds a key: that claims the same row.
  if (
    witness === undefined ||
    !(yield* claimWitness({ hash_key_id: witness.name, sealed: witness.sealed }))
  ) {
    return 'changed'
  }
  const there = yield* listSealed()
  const isSame = (row: SealedRow, index: number): boolean =>
    row.name === before[index]?.name && row.sealed === before[index]?.sealed
  if (there.length !== before.length || !there.every(isSame)) return 'changed'
  for (const row of after) yield* updateSealed(row)
  return 'resealed'
}
