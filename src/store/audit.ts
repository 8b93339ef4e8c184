import type { AuditEnd, AuditRow } from '../protocol/audit.ts'
import { all, one, run, type Work } from './work.ts'

const COLUMNS =
  'seq, at, type, actor, client_id, sub, authorization_id, jti, request_id, detail, hash_key_id, digest, mac'

/** Adds the next row. There is no statement that changes or removes one. */
export function* insertAudit(row: AuditRow): Work<void> {
  yield* run(
    `INSERT INTO oauthd_audit (${COLUMNS}) VALUES ($seq, $at, $type, $actor, $client_id, $sub, $authorization_id,
       $jti, $request_id, $detail, $hash_key_id, $digest, $mac)`,
    { ...row },
  )
}

/** Where the chain ends, and the seal on that. */
export interface AuditHead extends AuditEnd {
  readonly hash_key_id: string
  readonly mac: string
}

/** `undefined` before the first event, and where somebody took it away. */
export function* findAuditHead(): Work<AuditHead | undefined> {
  return yield* one<AuditHead>(
    "SELECT seq, digest, hash_key_id, mac FROM oauthd_audit_head WHERE name = 'head'",
  )
}

/** Makes the head where there is none; of several who try one does. */
export function* insertAuditHead({ seq, digest, hash_key_id, mac }: AuditHead): Work<void> {
  yield* run(
    `INSERT INTO oauthd_audit_head (name, seq, digest, hash_key_id, mac)
     VALUES ('head', $seq, $digest, $hash_key_id, $mac) ON CONFLICT DO NOTHING`,
    { seq, digest, hash_key_id, mac },
  )
}

/** Moves the head on; `false` when somebody else has since it was read: then it is read again. */
export function* moveAuditHead(
  before: AuditEnd,
  { seq, digest, hash_key_id, mac }: AuditHead,
): Work<boolean> {
  const row = yield* one(
    `UPDATE oauthd_audit_head SET seq = $seq, digest = $digest, hash_key_id = $hash_key_id, mac = $mac
     WHERE name = 'head' AND seq = $seq_before AND digest = $digest_before RETURNING seq`,
    { seq, digest, hash_key_id, mac, seq_before: before.seq, digest_before: before.digest },
  )
  return row !== undefined
}

/** The end as the rows themselves say. */
export function* findLastAudit(): Work<AuditEnd | undefined> {
  return yield* one<AuditEnd>('SELECT seq, digest FROM oauthd_audit ORDER BY seq DESC LIMIT 1')
}

/** Rows behind a number, in order. */
export function* listAuditBehind(seq: number, limit: number): Work<readonly AuditRow[]> {
  return yield* all<AuditRow>(
    `SELECT ${COLUMNS} FROM oauthd_audit WHERE seq > $seq ORDER BY seq LIMIT $limit`,
    {
      seq,
      limit,
    },
  )
}

/** Which rows `listAudit` gives, and how many. */
export interface AuditFilter {
  readonly type?: string | undefined
  readonly client_id?: string | undefined
  readonly sub?: string | undefined
  /** Not older: epoch seconds. */
  readonly since: number
  /** Only behind this number. */
  readonly behind: number
  readonly limit: number
}

/** The newest rows that match, newest first. Walks the table: an operator asks once in a while. */
export function* listAudit(filter: AuditFilter): Work<readonly AuditRow[]> {
  const { type = '', client_id = '', sub = '', since, behind, limit } = filter
  return yield* all<AuditRow>(
    `SELECT ${COLUMNS} FROM oauthd_audit
     WHERE seq > $behind AND at >= $since AND ($type = '' OR type = $type)
       AND ($client_id = '' OR client_id = $client_id) AND ($sub = '' OR sub = $sub)
     ORDER BY seq DESC LIMIT $limit`,
    { behind, since, type, client_id, sub, limit },
  )
}
