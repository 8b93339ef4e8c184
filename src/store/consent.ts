import type { GivenConsent } from '../protocol/given-consent.ts'
import { all, one, type Work } from './work.ts'

/** A row of oauth_consent: what a person has allowed a client so far. Times are epoch seconds. */
export interface Consent {
  readonly sub: string
  readonly client_id: string
  readonly allowed: GivenConsent
  readonly created_at: number
  readonly updated_at: number
}

/** As it lies in the row: a change since it was read is told by the text. */
export interface StoredConsent extends Consent {
  readonly text: string
}

type Row = Omit<Consent, 'allowed'> & { allowed: string }

const FIND = `SELECT sub, client_id, allowed, created_at, updated_at FROM oauth_consent
  WHERE sub = $sub AND client_id = $client_id`

/** What `sub` has allowed `client_id`. */
export function* findConsent(sub: string, client_id: string): Work<StoredConsent | undefined> {
  const row = yield* one<Row>(FIND, { sub, client_id })
  if (row === undefined) return undefined
  return { ...row, allowed: JSON.parse(row.allowed) as GivenConsent, text: row.allowed }
}

/** Writes a first consent; `false` when there is one by now. */
export function* insertConsent({ allowed, ...row }: Consent): Work<boolean> {
  const inserted = yield* one(
    `INSERT INTO oauth_consent (sub, client_id, allowed, created_at, updated_at)
     VALUES ($sub, $client_id, $allowed, $created_at, $updated_at)
     ON CONFLICT DO NOTHING RETURNING client_id`,
    { ...row, allowed: JSON.stringify(allowed) },
  )
  return inserted !== undefined
}

/** Writes a consent that has grown; `false` when it was changed or withdrawn since it was read. */
export function* replaceConsent(before: StoredConsent, allowed: GivenConsent, now: number): Work<boolean> {
  const { sub, client_id, text } = before
  const row = yield* one(
    `UPDATE oauth_consent SET allowed = $allowed, updated_at = $now
     WHERE sub = $sub AND client_id = $client_id AND allowed = $text RETURNING client_id`,
    { sub, client_id, text, allowed: JSON.stringify(allowed), now },
  )
  return row !== undefined
}

/** Forgets one consent; `false` when there was none. */
export function* deleteConsent(sub: string, client_id: string): Work<boolean> {
  const row = yield* one(
    'DELETE FROM oauth_consent WHERE sub = $sub AND client_id = $client_id RETURNING client_id',
    { sub, client_id },
  )
  return row !== undefined
}

/** Forgets all that a person has allowed; gives how many clients. */
export function* deleteConsentsOf(sub: string): Work<number> {
  return (yield* all('DELETE FROM oauth_consent WHERE sub = $sub RETURNING client_id', { sub })).length
}

/** How many clients a person has allowed something. */
export function* countConsents(sub: string): Work<number> {
  const row = yield* one<{ count: number }>('SELECT count(*) AS count FROM oauth_consent WHERE sub = $sub', {
    sub,
  })
  return row?.count ?? 0
}

/** Which pairs `listAllowedPairs` gives; the last pair of the page before is where it goes on. */
export interface AllowedFilter {
  readonly sub?: string | undefined
  readonly client_id?: string | undefined
  readonly after?: AllowedPair | undefined
  readonly limit: number
}

/** A person, and a client that the person has allowed something. */
export interface AllowedPair {
  readonly sub: string
  readonly client_id: string
}

/**
 * Who has allowed whom, by sub and client: by a consent, or by an authorization that stands without one,
 * as of a first-party client. Of one person it is found by key, of all it walks the tables.
 */
export function* listAllowedPairs(filter: AllowedFilter, now: number): Work<readonly AllowedPair[]> {
  const { sub, client_id, after, limit } = filter
  const wanted = [
    ...(sub === undefined ? [] : ['sub = $sub']),
    ...(client_id === undefined ? [] : ['client_id = $client_id']),
    '(sub > $after_sub OR (sub = $after_sub AND client_id > $after_client_id))',
  ].join(' AND ')
  return yield* all<AllowedPair>(
    `SELECT sub, client_id FROM oauth_consent WHERE ${wanted}
     UNION SELECT sub, client_id FROM oauth_authorization
       WHERE ${wanted} AND revoked_at IS NULL AND expires_at > $now
     ORDER BY sub, client_id LIMIT $limit`,
    {
      ...(sub === undefined ? {} : { sub }),
      ...(client_id === undefined ? {} : { client_id }),
      after_sub: after?.sub ?? '',
      after_client_id: after?.client_id ?? '',
      now,
      limit,
    },
  )
}
