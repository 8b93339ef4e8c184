import { claimWitness } from '../store/hash-key.ts'
import { listSealed, type SealedRow, updateSealed } from '../store/sealed.ts'
import type { Work } from '../store/work.ts'

/**
 * KEY-07: puts every sealed value anew in one transaction; `false`, with nothing done, where one was added, dropped
 * or sealed otherwise since `before` was read.
 *
 * @param before all that is sealed, as `listSealed` gave it
 * @param after the same rows, sealed under another master secret
 */
export function* reseal(before: readonly SealedRow[], after: readonly SealedRow[]): Work<boolean> {
  const witness = before.find(({ kind }) => kind === 'hash_key')
  // From here to the end nobody adds a key: that claims the same row.
  if (
    witness === undefined ||
    !(yield* claimWitness({ hash_key_id: witness.name, sealed: witness.sealed }))
  ) {
    return false
  }
  const there = yield* listSealed()
  const isSame = (row: SealedRow, index: number): boolean =>
    row.name === before[index]?.name && row.sealed === before[index]?.sealed
  if (there.length !== before.length || !there.every(isSame)) return false
  for (const row of after) yield* updateSealed(row)
  return true
}
