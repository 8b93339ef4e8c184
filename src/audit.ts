/** The audit trail read again (LG-02): what the command line shows, and whether it is still what was written. */
import { AUDIT_START, type AuditEnd, type AuditRow } from './protocol/audit.ts'
import { type AuditFault, endFault, expectedFault, rowFault, type SealOf } from './protocol/audit-check.ts'
import type { Server } from './server.ts'
import { findAuditHead, findLastAudit, listAuditBehind } from './store/audit.ts'

/** What is known of the chain after it was read from its first row on. */
export interface CheckedAudit {
  /** The last row up to which nothing is wrong; to be noted elsewhere. */
  readonly end: AuditEnd
  /** None: every row is as it was written. */
  readonly faults: readonly AuditFault[]
}

/** Rows a read: others get their turn in between. */
const PAGE = 1000

/**
 * Reads the whole chain. Rows that come while it does are left for the next time.
 *
 * @param expected an end that was noted before, and must still be in the chain
 */
export const checkAudit = async (server: Server, expected?: AuditEnd): Promise<CheckedAudit> => {
  const sealOf: SealOf = (hash_key_id) => server.hash_keys.find(hash_key_id)?.audit
  const { head, last } = await server.store.read(ends())
  const restarts: AuditFault[] = []
  let end = AUDIT_START
  while (end.seq < last.seq) {
    const rows: readonly AuditRow[] = await server.store.read(listAuditBehind(end.seq, PAGE))
    for (const row of rows) {
      if (row.seq > last.seq) break
      const fault = rowFault(end, row, sealOf) ?? expectedFault(row, expected)
      if (fault !== undefined) return { end, faults: [...restarts, fault] }
      if (row.type === 'audit_restarted') restarts.push(restarted(row))
      end = { seq: row.seq, digest: row.digest }
    }
    // Somebody takes rows away at this moment.
    if (rows.length === 0) break
  }
  const fault = endFault(head, end, sealOf) ?? cutBefore(end, expected)
  return { end, faults: fault === undefined ? restarts : [...restarts, fault] }
}

function* ends() {
  return { head: yield* findAuditHead(), last: (yield* findLastAudit()) ?? AUDIT_START }
}

const restarted = ({ seq }: AuditRow): AuditFault => ({
  seq,
  problem: `the record of the end was taken away before row ${seq}: rows may be missing there`,
})

const cutBefore = ({ seq }: AuditEnd, expected: AuditEnd | undefined): AuditFault | undefined =>
  expected !== undefined && expected.seq > seq
    ? { seq: seq + 1, problem: `the chain ends at row ${seq}, and row ${expected.seq} was expected` }
    : undefined
