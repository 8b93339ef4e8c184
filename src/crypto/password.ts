import crypto, { timingSafeEqual } from 'node:crypto'
import { base32 } from '../protocol/token-form.ts'
import { type Bounded, bounded } from './bounded.ts'
import { type PasswordHash, readPhc, writePhc } from './phc.ts'
import { randomBytes } from './random.ts'

/** What a presented password turned out to be. */
export type Verdict =
  | { readonly kind: 'wrong' }
  /** `isOld`: under parameters that new hashes no longer have; to be hashed again. */
  | { readonly kind: 'right'; readonly isOld: boolean }

/** The slow hashes of a process (PG-08). Every call takes its turn. @throws {TooBusy} */
export interface Passwords {
  /** A new hash, as a PHC string. */
  hash(password: string): Promise<string>
  /** @throws {UncheckableHash} when this Node cannot say */
  verify(password: string, password_hash: string): Promise<Verdict>
  /** Does the work of `verify` for nothing: an unknown user must not be answered sooner. */
  pretend(password: string): Promise<Verdict>
}

/** A hash that is no PHC string of ours, or of an algorithm that this Node does not have. */
export class UncheckableHash extends Error {}

/** A slow hash: bytes from a password, a salt and its cost. */
export interface Algorithm {
  readonly name: string
  /** What new hashes are made with, in the order they are written. */
  readonly parameters: Readonly<Record<string, number>>
  /** Whether a stored hash is affordable: a mistyped one must not take all memory. */
  allows(parameters: Readonly<Record<string, number>>): boolean
  derive(
    password: string,
    salt: Uint8Array,
    bytes: number,
    parameters: Readonly<Record<string, number>>,
  ): Promise<Uint8Array>
}

const SALT_BYTES = 16
const HASH_BYTES = 32
const MOST_MEMORY = 2 ** 29

/** OWASP's and RFC 9106's second choice: 19 MiB, twice. Memory in KiB. */
const argon2id = (argon2: typeof crypto.argon2): Algorithm => ({
  name: 'argon2id',
  parameters: { m: 19_456, t: 2, p: 1 },
  allows: ({ m = 0, t = 0, p = 0 }) =>
    p >= 1 && p <= 16 && m >= 8 * p && m * 1024 <= MOST_MEMORY && t >= 1 && t <= 64,
  derive: (message, nonce, tagLength, { m = 0, t = 0, p = 0 }) =>
    settled((done) => {
      argon2('argon2id', { message, nonce, tagLength, memory: m, passes: t, parallelism: p }, done)
    }),
})

/** For a Node without argon2: 128 MiB. `ln` is the binary logarithm of N. */
const SCRYPT: Algorithm = {
  name: 'scrypt',
  parameters: { ln: 17, r: 8, p: 1 },
  allows: ({ ln = 0, r = 0, p = 0 }) =>
    ln >= 1 && r >= 1 && p >= 1 && p <= 16 && 128 * 2 ** ln * r <= MOST_MEMORY,
  derive: (password, salt, bytes, { ln = 0, r = 0, p = 0 }) =>
    settled((done) => {
      const N = 2 ** ln
      // Node's own limit of 32 MiB refuses these parameters.
      crypto.scrypt(password, salt, bytes, { N, r, p, maxmem: 256 * N * r }, done)
    }),
}

const settled = (
  start: (done: (error: Error | null, bytes: Uint8Array) => void) => void,
): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    start((error, bytes) => (error === null ? resolve(bytes) : reject(error)))
  })

/** What this Node can do, the best first: argon2 came with Node 24.7. */
export const availableAlgorithms = (
  argon2: typeof crypto.argon2 | null | undefined = crypto.argon2,
): readonly [Algorithm, ...Algorithm[]] =>
  argon2 === undefined || argon2 === null ? [SCRYPT] : [argon2id(argon2), SCRYPT]

/**
 * Two hashes at a time leave the thread pool to others; scrypt's 128 MiB are had once. Whoever waits is
 * answered within seconds, and beyond that it is 503.
 */
const turnsOf = ({ name }: Algorithm): Bounded => (name === 'scrypt' ? bounded(1, 8) : bounded(2, 32))

/**
 * @param algorithms new hashes are made by the first
 * @param turns how many are made at a time
 */
export const createPasswords = (
  algorithms: readonly [Algorithm, ...Algorithm[]] = availableAlgorithms(),
  turns: Bounded = turnsOf(algorithms[0]),
): Passwords => {
  const [best] = algorithms
  const make = async (password: string, salt: Uint8Array): Promise<PasswordHash> => ({
    algorithm: best.name,
    parameters: best.parameters,
    salt,
    hash: await turns(() => best.derive(password, salt, HASH_BYTES, best.parameters)),
  })
  return {
    hash: async (password) => writePhc(await make(password, randomBytes(SALT_BYTES))),
    async verify(password, password_hash) {
      const stored = readPhc(password_hash)
      const algorithm = algorithms.find(({ name }) => name === stored?.algorithm)
      if (stored === undefined || algorithm === undefined || !algorithm.allows(stored.parameters)) {
        const what = stored === undefined ? 'no PHC string' : `${stored.algorithm} with these parameters`
        throw new UncheckableHash(`a stored password hash cannot be checked here: ${what}`)
      }
      const { salt, hash, parameters } = stored
      const bytes = await turns(() => algorithm.derive(password, salt, hash.length, parameters))
      if (!timingSafeEqual(bytes, hash)) return { kind: 'wrong' }
      const isOld = algorithm !== best || !sameNumbers(parameters, best.parameters)
      return { kind: 'right', isOld }
    },
    async pretend(password) {
      await make(password, NO_SALT)
      return { kind: 'wrong' }
    },
  }
}

const NO_SALT = new Uint8Array(SALT_BYTES)

const sameNumbers = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys({ ...a, ...b }).every((name) => a[name] === b[name])

/** 80 random bits in four groups: `k7x2-m9qh-…`; typed once, kept in a manager. */
export const generatePassword = (): string => (base32(randomBytes(10)).match(/.{4}/g) ?? []).join('-')
