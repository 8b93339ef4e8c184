import { hash } from 'node:crypto'

/** What the operator, or somebody who was attacked, asks about later (LG-02). Tokens that are issued are not among it. */
export const AUDIT_TYPES = [
  'client_created',
  'client_changed',
  'client_secret_rotated',
  'client_revoked',
  'authorization_approved',
  'authorization_denied',
  'consent_revoked',
  'token_revoked',
  'code_reuse',
  'refresh_reuse',
  'sign_in',
  'sign_in_failed',
  'user_created',
  'user_password_changed',
  'user_deleted',
  'signing_key_created',
  'signing_key_revoked',
  'hash_key_created',
  'hash_key_dropped',
  'master_secret_rotated',
  'scope_described',
  'scope_deleted',
  'resource_created',
  'resource_deleted',
  'audit_restarted',
] as const

export type AuditType = (typeof AUDIT_TYPES)[number]

/** What is said of an event beside whom it is about; never anything secret, nothing that somebody typed. */
export type AuditDetail = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** Something that changes who may do what, or that speaks of an attack. */
export interface AuditEvent {
  readonly type: AuditType
  readonly client_id?: string | undefined
  readonly sub?: string | undefined
  readonly authorization_id?: string | undefined
  readonly jti?: string | undefined
  readonly detail?: AuditDetail | undefined
}

/** The end of the chain: the newest row's number and digest. */
export interface AuditEnd {
  readonly seq: number
  readonly digest: string
}

/** One row of the chain, as it rests. */
export interface AuditRow extends AuditEnd {
  /** Epoch seconds. */
  readonly at: number
  readonly type: string
  /** `cli`, `serve`, `library`, or `http:` and the name of the endpoint. */
  readonly actor: string
  readonly client_id: string | null
  readonly sub: string | null
  readonly authorization_id: string | null
  readonly jti: string | null
  readonly request_id: string | null
  /** A JSON object. */
  readonly detail: string | null
  /** Under which key `mac` is. */
  readonly hash_key_id: string
  readonly mac: string
}

/** Before the first row. */
export const AUDIT_START: AuditEnd = { seq: 0, digest: '' }

/**
 * SHA-256 of a row and of the digest before it: it needs no key, so that rows stay proven by a later seal when
 * the key of their own is dropped.
 */
export const auditDigest = (before: string, row: Omit<AuditRow, 'digest' | 'mac'>): string => {
  const { seq, at, type, actor, client_id, sub, authorization_id, jti, request_id, detail, hash_key_id } = row
  const said = [seq, at, type, actor, client_id, sub, authorization_id, jti, request_id, detail, hash_key_id]
  return hash('sha256', JSON.stringify([before, ...said]), 'base64url')
}

/** What is sealed of a row. */
export const rowText = ({ digest }: Pick<AuditEnd, 'digest'>): string => `row ${digest}`

/** What is sealed of the end: other words, so that no older row passes for it. */
export const endText = ({ seq, digest }: AuditEnd): string => `end ${seq} ${digest}`
