/**
 * The rotation of the master secret (KEY-07). A crash at any point leaves a pair of database and key file that
 * works: the file holds both secrets before anything is sealed under the new one, and the new one alone only
 * after everything is.
 */
import { audited } from './actions/audit.ts'
import { reseal } from './actions/reseal.ts'
import { type SealKey, seal, sealKeys } from './crypto/seal.ts'
import { replaceKeyFile } from './key-file.ts'
import { findMasterSecret, keyFile, type MasterSecret } from './master-secret.ts'
import { now, type Server } from './server.ts'
import { claimSecretRotation, listSealed, releaseSecretRotation, type SealedRow } from './store/sealed.ts'

/** How many keys were sealed anew, by their kind. */
export interface Resealed {
  readonly hash_keys: number
  readonly signing_keys: number
}

/** Far above the milliseconds that it takes; so long a rotation that was killed stands in the way. Seconds. */
const LEASE = 60

/** The secrets of a master secret, newest first. */
export const secretsOf = ({ secret }: Pick<MasterSecret, 'secret'>): readonly string[] =>
  secret.split(',').map((part) => part.trim())

/**
 * Seals everything under `to`, while other processes go on. Where the key file holds one of the secrets in use,
 * it holds `to` alone afterwards.
 *
 * @returns `undefined` while another rotation is under way
 * @throws {SecretError} when the key file cannot be written, or is not the one any more that `master` was read from;
 *   then database and file still fit together
 */
export const rotateMasterSecret = async (
  server: Server,
  db: string,
  master: MasterSecret,
  to: string,
): Promise<Resealed | undefined> => {
  const at = now(server)
  const until = at + LEASE
  if (!(await server.store.write(() => claimSecretRotation(until, at)))) return undefined
  try {
    const inFile = master.source === keyFile(db) ? master : findMasterSecret(db, undefined)
    const isInFile = inFile !== undefined && sharesSecret(inFile, master)
    const both = [...new Set([to, ...(inFile === undefined ? [] : secretsOf(inFile))])].join(',')
    // Also where nothing is to be added: it may be another's since the secret was read from it.
    if (isInFile) replaceKeyFile(db, inFile.secret, both)
    const resealed = await resealAll(server, sealKeys(to), until)
    if (isInFile && resealed !== undefined) replaceKeyFile(db, both, to)
    return resealed
  } finally {
    await server.store.write(() => releaseSecretRotation(until))
  }
}

const sharesSecret = (one: MasterSecret, other: MasterSecret): boolean =>
  secretsOf(one).some((secret) => secretsOf(other).includes(secret))

/** Cryptography first, then one transaction; again, when a key was added in between. */
const resealAll = async (
  { store, seals, audit }: Server,
  keys: readonly [SealKey, ...SealKey[]],
  until: number,
): Promise<Resealed | undefined> => {
  for (;;) {
    const before = await store.read(listSealed())
    const after = await Promise.all(
      before.map(async (row) => ({
        ...row,
        sealed: await seal(keys, row.name, await seals.open(row.name, row.sealed)),
      })),
    )
    const count = (wanted: SealedRow['kind']): number => before.filter(({ kind }) => kind === wanted).length
    const resealed = { hash_keys: count('hash_key'), signing_keys: count('signing_key') }
    const outcome = await store.write(() =>
      audited(audit(), reseal(before, after, until), (done) =>
        done === 'resealed' ? { type: 'master_secret_rotated', detail: resealed } : undefined,
      ),
    )
    if (outcome === 'overtaken') return undefined
    if (outcome === 'resealed') return resealed
  }
}
