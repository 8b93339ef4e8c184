import { hash } from 'node:crypto'
import { OAuthError } from './error.ts'
import { isJti } from './jti.ts'
import { isSha256Text } from './pkce.ts'
import { isUriText, splitUri } from './uri.ts'

/** RFC 9449 section 4.2: the claims of a proof, as they came. Its signature is checked elsewhere. */
export type ProofClaims = Readonly<Record<string, unknown>>

/** Nonces of whoever checks (RFC 9449 section 8). Times are epoch seconds. */
export interface DpopNonces {
  /** DP-14: whether a proof without one is refused. */
  readonly isRequired: boolean
  /** Until when it is taken; `undefined` for one that is over, or nobody's. */
  end(nonce: string): number | undefined
  /** One for the client's next try. */
  fresh(): string
}

/** The request that a proof must be made for. */
export interface ProvenRequest {
  readonly method: string
  /** The address as it is known to us, whatever the request says of its host. */
  readonly url: string
  /** The other address that it has: where clients show certificates (RFC 8705 section 5). */
  readonly alias?: string | undefined
  /** Epoch seconds. */
  readonly now: number
  /** The access token that goes with it, in clear; `undefined` where none does. */
  readonly access_token?: string | undefined
  /** `undefined` where nobody hands out nonces: then `iat` alone decides. */
  readonly nonces?: DpopNonces | undefined
}

/** A proof that fits its request. */
export interface Proof {
  readonly jti: string
  /** Epoch seconds: from then on it would be refused without its `jti` being known (DP-04). */
  readonly until: number
  /** The nonce it was made with. */
  readonly nonce: string | undefined
}

/** DP-03: how far the clock of who signs may be from ours. Seconds. */
export const PROOF_WINDOW = 60

/**
 * RFC 9449 section 4.3: whether the claims of a proof are made for this request, here and now.
 *
 * @throws {OAuthError} invalid_dpop_proof; use_dpop_nonce with a fresh one, where a nonce would help
 */
export const judgeProof = (claims: ProofClaims, request: ProvenRequest): Proof => {
  const { jti, htm, htu, iat, nonce } = claims
  if (!isJti(jti)) throw badProof('jti is missing, or is no text of a fitting length')
  if (typeof iat !== 'number' || !Number.isFinite(iat)) throw badProof('iat is missing, or is no number')
  if (htm !== request.method) throw badProof('htm is not the method of this request')
  if (typeof htu !== 'string' || !isOneOf(htu, request)) {
    throw badProof('htu is not the address of this endpoint')
  }
  refuseOtherToken(claims, request.access_token)
  const until = endByNonce(nonce, request.nonces)
  if (until !== undefined) return { jti, until, nonce: String(nonce) }
  if (Math.abs(request.now - iat) > PROOF_WINDOW) throw stale(request.nonces)
  return { jti, until: Math.floor(iat) + PROOF_WINDOW + 1, nonce: undefined }
}

/** DP-10: base64url of the token's SHA-256 (RFC 9449 section 4.2). */
export const accessTokenHash = (access_token: string): string => hash('sha256', access_token, 'base64url')

const refuseOtherToken = ({ ath }: ProofClaims, access_token: string | undefined): void => {
  if (access_token === undefined || ath === accessTokenHash(access_token)) return
  throw badProof('ath is not the hash of the access token')
}

/** DP-03, DP-08: a nonce says when a proof was made, whatever its `iat` does. */
const endByNonce = (nonce: unknown, nonces: DpopNonces | undefined): number | undefined => {
  if (nonces === undefined || (nonce === undefined && !nonces.isRequired)) return undefined
  const end = typeof nonce === 'string' ? nonces.end(nonce) : undefined
  if (end === undefined) throw useNonce(nonces)
  return end
}

/** Decision 19: who has another clock is helped by a nonce, where there are any. */
const stale = (nonces: DpopNonces | undefined): OAuthError =>
  nonces === undefined ? badProof('iat is too far from the time here') : useNonce(nonces)

const useNonce = (nonces: DpopNonces): OAuthError =>
  new OAuthError('use_dpop_nonce', 'the DPoP proof needs the nonce of this answer', {
    dpop_nonce: nonces.fresh(),
  })

/** @param problem what is wrong with the proof, safe to show */
export const badProof = (problem: string, cause?: unknown): OAuthError =>
  new OAuthError('invalid_dpop_proof', `the DPoP proof is not valid: ${problem}`, { cause })

/**
 * RFC 9449 section 10: the key that alone may redeem the code; `null` where none is named.
 *
 * @throws {OAuthError} invalid_request
 */
export const readDpopJkt = (dpop_jkt: string | undefined): string | null => {
  if (dpop_jkt === undefined) return null
  if (isSha256Text(dpop_jkt)) return dpop_jkt
  throw new OAuthError('invalid_request', 'dpop_jkt must be a SHA-256 thumbprint in base64url')
}

/**
 * PAR-08, RFC 9449 section 10.1: the key that a pushed request names, by parameter, proof or both.
 *
 * @throws {OAuthError} invalid_dpop_proof when they are two
 */
export const agreedJkt = (dpop_jkt: string | null, proven: string | undefined): string | null => {
  if (dpop_jkt === null || proven === undefined || dpop_jkt === proven) return proven ?? dpop_jkt
  throw badProof('its key is not the one of dpop_jkt')
}

const isOneOf = (htu: string, { url, alias }: ProvenRequest): boolean =>
  isSameTarget(htu, url) || (alias !== undefined && isSameTarget(htu, alias))

/** DP-02: the same address, query and fragment aside (RFC 9449 section 4.3). */
const isSameTarget = (htu: string, url: string): boolean =>
  htu === url || (normalTarget(htu) ?? NaN) === normalTarget(url)

/** RFC 3986 sections 6.2.2 and 6.2.3; `undefined` for what no client could have sent a request to. */
const normalTarget = (uri: string): string | undefined => {
  const { scheme, userinfo, host } = splitUri(uri)
  if (!isUriText(uri) || !/^https?$/i.test(scheme ?? '') || userinfo !== undefined || !host) return undefined
  if (!URL.canParse(uri)) return undefined
  const { origin, pathname } = new URL(uri)
  return origin + pathname.replace(/%[0-9a-f]{2}/gi, plainOctet)
}

/** RFC 3986 sections 6.2.2.1 and 6.2.2.2: what need not be encoded is not, and the rest in upper case. */
const plainOctet = (octet: string): string => {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : octet.toUpperCase()
}
