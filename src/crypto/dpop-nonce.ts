import type { HashKeys } from './hash-key.ts'
import { isSameHash } from './keyed-hash.ts'

/** DP-09: a nonce is another one each minute. Seconds. */
const STEP = 60

/** How long one is taken. Seconds. */
const LIFETIME = 300

/** The minute, the key, and what only the server can have made of the two. */
const FORM = /^([0-9a-z]{1,10})\.(\w{1,64})\.([\w-]{43})$/

/**
 * A nonce for DPoP proofs (RFC 9449 section 8). It is made of the time alone, so that no process has to
 * remember it, and each takes those of any other.
 *
 * @param now epoch seconds
 */
export const dpopNonce = ({ newest }: HashKeys, now: number): string => {
  const minute = Math.floor(now / STEP).toString(36)
  return `${minute}.${newest.hash_key_id}.${newest.dpop_nonce(minute)}`
}

/** Until when a nonce is taken, epoch seconds; `undefined` for one that is over or not of this database. */
export const dpopNonceEnd = (keys: HashKeys, nonce: string, now: number): number | undefined => {
  const [, minute = '', hash_key_id = '', mac = ''] = FORM.exec(nonce) ?? []
  const key = keys.find(hash_key_id)
  if (key === undefined || !isSameHash(key.dpop_nonce(minute), mac)) return undefined
  const start = Number.parseInt(minute, 36) * STEP
  return start <= now && now < start + LIFETIME ? start + LIFETIME : undefined
}
