import { type KeyedHash, keyedHash } from './keyed-hash.ts'
import { derive } from './seal.ts'

/** One hash key, split by purpose: a stolen hash of one kind says nothing about another kind. */
export interface HashKey {
  readonly hash_key_id: string
  readonly access_token: KeyedHash
  readonly refresh_token: KeyedHash
  readonly authorization_code: KeyedHash
  readonly session: KeyedHash
  readonly pushed_request: KeyedHash
  readonly client_secret: KeyedHash
  /** What is counted against somebody is stored under a name that says nothing. */
  readonly limit: KeyedHash
  /** What proves that a nonce for DPoP proofs is ours. */
  readonly dpop_nonce: KeyedHash
  /** What seals the rows of oauthd_audit. */
  readonly audit: KeyedHash
}

/** The hash keys of a database. New hashes use `newest`; stored ones name the key they were made with. */
export interface HashKeys {
  readonly newest: HashKey
  find(hash_key_id: string): HashKey | undefined
}

/**
 * @param keys the opened keys of the database
 * @param newest what new hashes are made under; without it the last
 */
export const hashKeys = (keys: readonly HashKey[], newest: HashKey | undefined = keys.at(-1)): HashKeys => {
  if (newest === undefined) throw new RangeError('a database has at least one hash key')
  const all = new Map(keys.map((key) => [key.hash_key_id, key]))
  return { newest, find: (hash_key_id) => all.get(hash_key_id) }
}

/** @param key 256 random bits */
export const hashKey = (hash_key_id: string, key: Uint8Array): HashKey => ({
  hash_key_id,
  access_token: purpose(key, 'oauthd access token'),
  refresh_token: purpose(key, 'oauthd refresh token'),
  authorization_code: purpose(key, 'oauthd authorization code'),
  session: purpose(key, 'oauthd session'),
  pushed_request: purpose(key, 'oauthd pushed request'),
  client_secret: purpose(key, 'oauthd client secret'),
  limit: purpose(key, 'oauthd limit'),
  dpop_nonce: purpose(key, 'oauthd dpop nonce'),
  audit: purpose(key, 'oauthd audit'),
})

const purpose = (key: Uint8Array, words: string): KeyedHash => keyedHash(derive(key, words, 32))
