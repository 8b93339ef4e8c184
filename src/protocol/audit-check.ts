import { AUDIT_START, type AuditEnd, type AuditRow, auditDigest, endText, rowText } from './audit.ts'

/** What is wrong with the audit trail, and from which row on. */
export interface AuditFault {
  readonly seq: number
  readonly problem: string
}

/** The seal of a hash key; `undefined` for one that was dropped. */
export type SealOf = (hash_key_id: string) => ((text: string) => string) | undefined

/** The end that is recorded, with its seal. */
export interface SealedEnd extends AuditEnd {
  readonly hash_key_id: string
  readonly mac: string
}

/**
 * Whether a row follows on the one before, as it was written. A row whose key was dropped is proven by the next
 * one whose key is there, because that seals the digests of all before it.
 */
export const rowFault = (before: AuditEnd, row: AuditRow, sealOf: SealOf): AuditFault | undefined => {
  const seq = before.seq + 1
  if (row.seq !== seq) {
    return {
      seq,
      problem: row.seq === seq + 1 ? `row ${seq} is missing` : `rows ${seq} to ${row.seq - 1} are missing`,
    }
  }
  if (row.digest !== auditDigest(before.digest, row)) {
    return { seq, problem: `row ${seq} was changed, or is not in its place` }
  }
  const seal = sealOf(row.hash_key_id)
  return seal === undefined || seal(rowText(row)) === row.mac
    ? undefined
    : { seq, problem: `row ${seq} was not sealed by this server` }
}

/** Whether the chain ends where it is recorded to end. */
export const endFault = (
  head: SealedEnd | undefined,
  last: AuditEnd,
  sealOf: SealOf,
): AuditFault | undefined => {
  if (head === undefined) {
    return last.seq === AUDIT_START.seq
      ? undefined
      : { seq: last.seq, problem: `the record of the end is missing: rows behind ${last.seq} may be too` }
  }
  const { seq } = head
  if (seq > last.seq) {
    const first = last.seq + 1
    return {
      seq: first,
      problem:
        first === seq ? `row ${seq} is missing at the end` : `rows ${first} to ${seq} are missing at the end`,
    }
  }
  if (seq < last.seq) {
    return { seq: seq + 1, problem: `row ${seq + 1} lies behind the recorded end` }
  }
  return head.digest === last.digest && sealOf(head.hash_key_id)?.(endText(head)) === head.mac
    ? undefined
    : { seq, problem: `the record of the end, at row ${seq}, was not sealed by this server` }
}

/** Whether the chain still holds what somebody noted of it before. */
export const expectedFault = (row: AuditEnd, expected: AuditEnd | undefined): AuditFault | undefined =>
  row.seq === expected?.seq && row.digest !== expected.digest
    ? { seq: row.seq, problem: `row ${row.seq} is another than was expected` }
    : undefined
