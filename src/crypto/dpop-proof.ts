import { EmbeddedJWK } from 'jose/jwk/embedded'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { compactVerify } from 'jose/jws/compact/verify'
import { badProof, type ProofClaims } from '../protocol/dpop.ts'
import { publicJwkProblem } from '../protocol/jwk.ts'

/** A proof whose signature is that of the key inside it. */
export interface SignedProof {
  /** RFC 7638, SHA-256: the name of the key (RFC 9449 section 6.1). */
  readonly jkt: string
  readonly claims: ProofClaims
}

/** One JWS in compact form; two headers of one name reach us as one, with a comma between. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** A proof with an RSA key of 4096 bits has a third of it. */
const LONGEST = 8192

/**
 * RFC 9449 section 4.3, steps 1 to 7: the one proof of a request, signed by the public key that it carries
 * and by no other. What it says is for `judgeProof`.
 *
 * @param header the value of the DPoP header
 * @throws {OAuthError} invalid_dpop_proof
 */
export const verifySignedProof = async (
  header: string,
  algorithms: readonly string[],
): Promise<SignedProof> => {
  if (header.length > LONGEST || !COMPACT.test(header)) {
    throw badProof('there must be exactly one, a signed JWT')
  }
  try {
    const { payload, protectedHeader, key } = await compactVerify(header, keyOf, {
      algorithms: [...algorithms],
    })
    if (protectedHeader.typ !== 'dpop+jwt') throw new TypeError('typ is not dpop+jwt')
    return { jkt: await thumbprintOf(protectedHeader, key), claims: claimsOf(payload) }
  } catch (cause) {
    // Whatever cannot be read or verified here came with the request: there is nothing else that could fail.
    throw badProof('typ, algorithm, key or signature', cause)
  }
}

type Key = Awaited<ReturnType<typeof EmbeddedJWK>>
type Header = { readonly alg?: unknown; readonly jwk?: unknown }

/**
 * The keys of proofs that were right, by algorithm and JWK to the letter: a client has one for all its requests,
 * and to read it anew costs more than to check a signature by it.
 */
const known = new Map<string, { readonly key: Key; readonly jkt: string }>()
const MOST_KNOWN = 1000
/** An RSA key of 4096 bits fits. */
const LONGEST_KNOWN = 1024

const nameOf = (header: Header | undefined): string => JSON.stringify([header?.alg, header?.jwk])

const keyOf: typeof EmbeddedJWK = async (header, token) =>
  known.get(nameOf(header))?.key ?? (await publicKey(header, token))

const thumbprintOf = async (header: Header, key: Key): Promise<string> => {
  const name = nameOf(header)
  const there = known.get(name)
  if (there !== undefined) return there.jkt
  const jkt = await calculateJwkThumbprint(key)
  if (name.length > LONGEST_KNOWN) return jkt
  const [oldest] = known.keys()
  if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  known.set(name, { key, jkt })
  return jkt
}

/** DP-01: never by `jku`, `x5u` or `kid`, and never a key that was given away. */
const publicKey: typeof EmbeddedJWK = (header, token) => {
  const problem = publicJwkProblem({ ...header?.jwk })
  if (problem !== undefined) throw new TypeError(`jwk ${problem}`)
  return EmbeddedJWK(header, token)
}

const claimsOf = (payload: Uint8Array): ProofClaims => {
  const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new TypeError('the payload is no object')
  }
  return Object.fromEntries(Object.entries(claims))
}
