import {
  AUDIT_START,
  type AuditEvent,
  type AuditRow,
  auditDigest,
  endText,
  rowText,
} from '../protocol/audit.ts'
import { findAuditHead, findLastAudit, insertAudit, insertAuditHead, moveAuditHead } from '../store/audit.ts'
import type { Work } from '../store/work.ts'

/** When and by whose doing something happens, and what seals the words about it. */
export interface Trail {
  /** Epoch seconds. */
  readonly at: number
  readonly actor: string
  readonly request_id: string | null
  readonly hash_key_id: string
  /** HMAC under the audit key of that hash key. */
  readonly seal: (text: string) => string
}

/**
 * LG-02: does a work and, in the same transaction, writes down what came of it: neither is ever there without the
 * other.
 *
 * @param tell what there is to say of the outcome; `undefined`, and not one statement more, where that is nothing
 */
export function* audited<T>(
  trail: Trail,
  work: Work<T>,
  tell: (outcome: T) => AuditEvent | undefined,
): Work<T> {
  const outcome = yield* work
  const event = tell(outcome)
  if (event !== undefined) yield* record(event, trail)
  return outcome
}

/** Adds an event to the end of the chain, wherever that is by the time the head is moved. */
export function* record(event: AuditEvent, trail: Trail): Work<void> {
  for (;;) {
    const head = yield* findAuditHead()
    if (head === undefined) {
      yield* startChain(trail)
      continue
    }
    const row = rowBehind(head, event, trail)
    const { seq, digest, hash_key_id } = row
    const next = { seq, digest, hash_key_id, mac: trail.seal(endText(row)) }
    if (!(yield* moveAuditHead(head, next))) continue
    return yield* insertAudit(row)
  }
}

/** Rows without a head: somebody took it away, and perhaps rows with it. The chain itself says so from here on. */
function* startChain(trail: Trail): Work<void> {
  const last = yield* findLastAudit()
  const { seq, digest } = last ?? AUDIT_START
  const mac = trail.seal(endText({ seq, digest }))
  yield* insertAuditHead({ seq, digest, hash_key_id: trail.hash_key_id, mac })
  if (last !== undefined) yield* record({ type: 'audit_restarted' }, trail)
}

const rowBehind = (
  before: { readonly seq: number; readonly digest: string },
  { type, client_id, sub, authorization_id, jti, detail }: AuditEvent,
  { at, actor, request_id, hash_key_id, seal }: Trail,
): AuditRow => {
  const said = {
    seq: before.seq + 1,
    at,
    type,
    actor,
    client_id: client_id ?? null,
    sub: sub ?? null,
    authorization_id: authorization_id ?? null,
    jti: jti ?? null,
    request_id,
    detail: detail === undefined ? null : JSON.stringify(detail),
    hash_key_id,
  }
  const digest = auditDigest(before.digest, said)
  return { ...said, digest, mac: seal(rowText({ digest })) }
}
