import { audited } from './actions/audit.ts'
import {
  addFirstSigningKey,
  type FreshSigningKey,
  revokeSigningKey,
  rotateSigningKey,
} from './actions/signing-key.ts'
import type { Audit } from './audit-trail.ts'
import type { ExpectedJwt } from './crypto/own-jwt.ts'
import type { Claims, Key } from './crypto/signing-key.ts'
import {
  activeKey,
  DOCUMENT_MAX_AGE,
  isSigningAlg,
  type KeyState,
  keyState,
  nextSignedUntil,
  publishedKeys,
  type SigningAlg,
} from './protocol/key-state.ts'
import type { Seals } from './seals.ts'
import { listHashKeys } from './store/hash-key.ts'
import {
  extendSignedUntil,
  findSealedSigningKey,
  listSigningKeys,
  type SigningKeyRecord,
} from './store/signing-key.ts'
import type { Store } from './store/work.ts'

/**
 * The signing keys of a database, as every process on it sees them (KEY-03). What another process rotates
 * or revokes holds for the next call.
 */
export interface Keyring {
  /** What GET /oauth/jwks shows, newest first. The first key of a database is made here (KEY-02). */
  published(now: number): Promise<readonly SigningKeyRecord[]>
  /** Sees to it that an algorithm has a key that signs, so that it is published before it is needed. */
  ensure(alg: SigningAlg): Promise<void>
  /**
   * A JWT of these claims, signed by the active key of `alg`; the first of an algorithm is made here.
   *
   * @param typ as in the header: `at+jwt`
   * @param exp until when somebody may want to check it: the key stays published so long; `undefined`: only now
   */
  sign(alg: SigningAlg, typ: string, claims: Claims, exp: number | undefined): Promise<string>
  /** A new key of an algorithm, which signs after `delay` seconds, or at once where none does (KEY-02). */
  rotate(alg: SigningAlg, delay: number): Promise<RotatedKey>
  /** Ends a key and all that it signed, at once (KEY-04); `undefined` for one that is not there, or revoked. */
  revoke(kid: string): Promise<RevokedKey | undefined>
  /** Every key that is not gone, newest first, and where it stands. */
  list(now: number): Promise<readonly ListedKey[]>
  /** The claims of a JWT that a published key of ours signed; `undefined` for anything else. */
  verify(jwt: string, expected: ExpectedJwt, now: number): Promise<Claims | undefined>
}

export interface RotatedKey {
  readonly kid: string
  readonly activates_at: number
  /** The key that signs until then, or has until now. */
  readonly previous: SigningKeyRecord | undefined
}

export interface RevokedKey {
  readonly kid: string
  /** The key that was made in its place, because it was the one that signs. */
  readonly successor: string | undefined
}

export interface ListedKey extends SigningKeyRecord {
  readonly state: KeyState
}

export interface KeyringOptions {
  readonly store: Store
  readonly seals: Seals
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly audit: Audit
  /** Of the key that a new database is given. */
  readonly default_alg: SigningAlg
}

/** Loaded by who signs or checks: most commands do neither, and start sooner without. */
const signing = (): Promise<typeof import('./crypto/signing-key.ts')> => import('./crypto/signing-key.ts')
const checking = (): Promise<typeof import('./crypto/own-jwt.ts')> => import('./crypto/own-jwt.ts')

export const createKeyring = ({ store, seals, clock, audit, default_alg }: KeyringOptions): Keyring => {
  const now = (): number => Math.floor(clock() / 1000)
  const publicHalves = new Map<string, Promise<Key>>()
  const privateHalves = new Map<string, Promise<Key>>()
  let known: { readonly generation: number; readonly keys: readonly SigningKeyRecord[] } | undefined

  const latest = async (): Promise<readonly SigningKeyRecord[]> => {
    const generation = await store.generation()
    if (known?.generation === generation) return known.keys
    const keys = await store.read(listSigningKeys())
    known = { generation, keys }
    for (const halves of [publicHalves, privateHalves]) {
      for (const kid of halves.keys()) if (!keys.some((key) => key.kid === kid)) halves.delete(kid)
    }
    return keys
  }

  // An RSA key takes a second of a core: those who ask while one is made wait for the same.
  const making = new Map<SigningAlg, Promise<void>>()
  const ensure = async (alg: SigningAlg): Promise<void> => {
    if (activeKey(await latest(), alg, now()) !== undefined) return
    const made = making.get(alg) ?? makeFirst(alg).finally(() => making.delete(alg))
    making.set(alg, made)
    await made
  }
  const makeFirst = (alg: SigningAlg): Promise<void> =>
    withFreshKey({ store, seals }, alg, async (fresh) => {
      const { kid } = fresh
      const added = await store.write(() =>
        audited(audit(), addFirstSigningKey(fresh, now()), (done) =>
          done === 'added' ? { type: 'signing_key_created', detail: { kid, alg } } : undefined,
        ),
      )
      return added === 'resealed' ? undefined : added
    }).then(() => {})

  const active = async (alg: SigningAlg): Promise<SigningKeyRecord> => {
    for (;;) {
      const key = activeKey(await latest(), alg, now())
      if (key !== undefined) return key
      await ensure(alg)
    }
  }

  const publicHalf = async ({ public_jwk, alg }: SigningKeyRecord): Promise<Key> =>
    (await signing()).importKey(public_jwk, alg)

  const privateHalf = async ({ kid, alg }: SigningKeyRecord): Promise<Key> => {
    const row = await store.read(findSealedSigningKey(kid))
    if (row === undefined) throw new Error(`the signing key ${kid} is gone`)
    return (await signing()).importKey(await seals.open(kid, row.sealed), alg)
  }

  return {
    async published(at) {
      await ensure(default_alg)
      return publishedKeys(await latest(), at)
    },
    ensure,
    async sign(alg, typ, claims, exp) {
      for (;;) {
        const key = await active(alg)
        const until = nextSignedUntil(key, exp ?? now() + DOCUMENT_MAX_AGE)
        if (until === undefined) {
          const half = await kept(privateHalves, key.kid, () => privateHalf(key))
          return (await signing()).signJwt(half, { alg: key.alg, typ, kid: key.kid }, claims)
        }
        // Revoked meanwhile, or moved further by another process: looked at again.
        await store.write(() => extendSignedUntil(key.kid, until))
      }
    },
    rotate: (alg, delay) =>
      withFreshKey({ store, seals }, alg, async (fresh) => {
        const { kid } = fresh
        const rotated = await store.write(() =>
          audited(audit(), rotateSigningKey(fresh, delay, now()), (done) =>
            done.kind === 'rotated'
              ? { type: 'signing_key_created', detail: { kid, alg, activates_at: done.activates_at } }
              : undefined,
          ),
        )
        return rotated.kind === 'resealed' ? undefined : { kid, ...rotated }
      }),
    async revoke(kid) {
      const key = (await latest()).find((one) => one.kid === kid)
      if (key === undefined || key.revoked_at !== null || !isSigningAlg(key.alg)) return undefined
      const revoked = await withFreshKey({ store, seals }, key.alg, async (fresh) => {
        const outcome = await store.write(() =>
          audited(audit(), revokeSigningKey(kid, fresh, now()), (done) => {
            if (done.kind !== 'revoked') return undefined
            const { alg, successor } = done
            const detail = { kid, alg, ...(successor === undefined ? {} : { successor }) }
            return { type: 'signing_key_revoked', detail }
          }),
        )
        return outcome.kind === 'resealed' ? undefined : outcome
      })
      return revoked.kind === 'unknown' ? undefined : { kid, successor: revoked.successor }
    },
    async list(at) {
      const keys = await latest()
      return keys
        .map((key) => ({ ...key, state: keyState(key, keys, at) }))
        .filter(({ state }) => state !== 'gone')
    },
    async verify(jwt, expected, at) {
      const keys = publishedKeys(await latest(), at)
      const keyOf = (kid: string | undefined, alg: string): Promise<Key> | undefined => {
        const key = keys.find((one) => one.kid === kid && one.alg === alg)
        return key && kept(publicHalves, key.kid, () => publicHalf(key))
      }
      return (await checking()).checkOwnJwt(jwt, expected, keyOf, new Date(at * 1000))
    },
  }
}

/** What is made once and kept, unless it failed. */
const kept = (halves: Map<string, Promise<Key>>, kid: string, make: () => Promise<Key>): Promise<Key> => {
  const there = halves.get(kid)
  if (there !== undefined) return there
  const half = make()
  halves.set(kid, half)
  half.catch(() => halves.delete(kid))
  return half
}

/**
 * Makes a signing key and stores it by `storeIt`, which gives `undefined` where the master secret was rotated
 * in between: then it is sealed again.
 */
const withFreshKey = async <T>(
  { store, seals }: Pick<KeyringOptions, 'store' | 'seals'>,
  alg: SigningAlg,
  storeIt: (fresh: FreshSigningKey) => Promise<T | undefined>,
): Promise<T> => {
  const { kid, public_jwk, private_jwk } = await (await signing()).generateSigningKey(alg)
  for (;;) {
    const [witness] = await store.read(listHashKeys())
    if (witness === undefined) throw new Error('a database has at least one hash key')
    const sealed = await seals.sealBeside(witness.sealed, kid, private_jwk)
    const stored = await storeIt({ kid, alg, public_jwk, sealed, witness })
    if (stored !== undefined) return stored
  }
}
