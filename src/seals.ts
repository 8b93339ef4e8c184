import { type SealKey, seal, sealedUnder, sealKeys, unseal, WrongSecret } from './crypto/seal.ts'
import { type MasterSecret, SecretError } from './master-secret.ts'

/** What rests sealed under the master secret, also when that is rotated while this process runs (KEY-07). */
export interface Seals {
  /** @throws {SecretError} `secret_mismatch`: sealed under a secret that is not at hand */
  open(name: string, sealed: string): Promise<Uint8Array>
  /**
   * Seals under the secret that `witness`, another sealed value of the database, is under. What is stored so must
   * claim the witness in its transaction: a rotation that came between has changed it.
   */
  sealBeside(witness: string, name: string, value: Uint8Array): Promise<string>
}

/**
 * @param first what is at hand now
 * @param find looks again: after a rotation the key file holds another secret
 */
export const createSeals = (first: MasterSecret, find: () => MasterSecret = () => first): Seals => {
  let master = first
  let keys: readonly SealKey[] = sealKeys(first.secret)

  const keyOf = (sealed: string): SealKey => {
    const known = sealedUnder(keys, sealed)
    if (known !== undefined) return known
    master = find()
    keys = sealKeys(master.secret)
    const found = sealedUnder(keys, sealed)
    if (found === undefined) throw mismatch(master, new WrongSecret('sealed under another master secret'))
    return found
  }

  return {
    async open(name, sealed) {
      const key = keyOf(sealed)
      try {
        return await unseal([key], name, sealed)
      } catch (cause) {
        throw cause instanceof WrongSecret ? mismatch(master, cause) : cause
      }
    },
    sealBeside: (witness, name, value) => seal([keyOf(witness)], name, value),
  }
}

const mismatch = ({ source }: MasterSecret, cause: WrongSecret): SecretError =>
  new SecretError(
    'secret_mismatch',
    `this database was made with another master secret than the one in ${source}`,
    'use the secret it was made with; without it, its tokens and secrets cannot be checked',
    cause,
  )
