/** Some thirty megabytes: a proof is remembered for two minutes at most. */
const MOST_PROOFS = 250_000

/**
 * The proofs that one process has seen, for a verifier that has no store to share. Beyond `most` the oldest is
 * forgotten: whoever would use one again needs that many proofs of live tokens first, all within its time.
 *
 * @param clock epoch milliseconds
 * @returns takes a proof for good until that time, in epoch seconds; `false` when it was taken before
 */
export const createUsedProofs = (
  clock: () => number,
  most: number = MOST_PROOFS,
): ((jti_key: string, until: number) => boolean) => {
  // A Map keeps the order of insertion, which is nearly that of the ends.
  const used = new Map<string, number>()
  return (jti_key, until) => {
    if (used.has(jti_key)) return false
    used.set(jti_key, until)
    const now = Math.floor(clock() / 1000)
    for (const [oldest, end] of used) {
      if (end > now && used.size <= most) break
      used.delete(oldest)
    }
    return true
  }
}
