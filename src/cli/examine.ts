/** A whole database looked through, for db:check and db:restore. */
import { findMasterSecret, keyFile, SecretError } from '../master-secret.ts'
import { createSeals } from '../seals.ts'
import { INVARIANT_COUNT } from '../store/invariants.ts'
import { type Checked, checkDatabase } from '../store/sqlite-check.ts'
import type { Context } from './command.ts'
import type { ExitCode } from './failure.ts'

/** One thing that is wrong with a database. */
export interface Fault {
  readonly check: string
  readonly count: number
  readonly message: string
  /** A few of those it is so of. */
  readonly examples: readonly string[]
}

export interface Examined extends Pick<Checked, 'schema_version' | 'latest_version'> {
  readonly faults: readonly Fault[]
}

/** The result of a look at a database, and its exit code. */
export const tellExamined = (
  print: Context['print'],
  { schema_version, latest_version, faults }: Examined,
): ExitCode | undefined => {
  const isLatest = schema_version === latest_version
  const sound = `Sound: the file, foreign keys, the master secret${isLatest ? ` and ${INVARIANT_COUNT} invariants` : ''}`
  print.result({
    json: () => ({ ok: faults.length === 0, schema: schema_version, faults }),
    ...(faults.length === 0
      ? { title: sound }
      : { fields: faults.map(({ check, ...fault }) => [check, worded(fault)] as const) }),
  })
  if (!isLatest)
    print.note(`schema ${schema_version} of ${latest_version}: oauthd db:migrate, then check again`)
  return faults.length === 0 ? undefined : 1
}

/** `2 families with …: au_1, au_2` */
const worded = ({ count, message, examples }: Omit<Fault, 'check'>): string =>
  `${count} ${message}: ${examples.join(', ')}${count > examples.length ? ', …' : ''}`

const MOST_EXAMPLES = 3

/**
 * All that can be wrong with a database, the secret that must open it included.
 *
 * @param file the database that is looked at
 * @param db whose master secret it must fit: `OAUTHD_SECRET`, or the key file beside this
 */
export const examine = async (file: string, db: string, now: number): Promise<Examined> => {
  const { broken, sealed, ...versions } = checkDatabase(file, now)
  const faults = broken.map(({ check, message, ids }) => ({
    check,
    count: ids.length,
    message,
    examples: ids.slice(0, MOST_EXAMPLES),
  }))
  return { ...versions, faults: [...faults, ...(await unopened(sealed, db))] }
}

/** What the master secret at hand does not open. */
const unopened = async (sealed: Checked['sealed'], db: string): Promise<readonly Fault[]> => {
  if (sealed.length === 0) return []
  const master = findMasterSecret(db, process.env['OAUTHD_SECRET'])
  const seals = master === undefined ? undefined : createSeals(master)
  const names: string[] = []
  for (const { name, sealed: value } of sealed) {
    try {
      if (seals === undefined) names.push(name)
      else await seals.open(name, value)
    } catch (error) {
      if (!(error instanceof SecretError)) throw error
      names.push(name)
    }
  }
  if (names.length === 0) return []
  const message =
    master === undefined
      ? `keys without their master secret: neither OAUTHD_SECRET nor ${keyFile(db)} is there`
      : `keys that the master secret in ${master.source} does not open`
  return [{ check: 'master_secret', count: names.length, message, examples: names.slice(0, MOST_EXAMPLES) }]
}
