import { type Certificate, thumbprint } from '../crypto/client-certificate.ts'
import type { Secrets } from '../crypto/secret.ts'
import { signingAlgorithms } from '../protocol/algorithms.ts'
import type { Credential } from '../protocol/bearer.ts'
import { type Confirmation, tokenType } from '../protocol/confirmation.ts'
import { badProof, type DpopNonces, judgeProof, type Proof, type ProofClaims } from '../protocol/dpop.ts'
import { OAuthError } from '../protocol/error.ts'
import { jtiKey } from '../protocol/jti.ts'

/** What a request shows of itself beside its token. */
export interface Shown {
  readonly method: string
  /** The address that its client called, whatever the request says of its host; `undefined`: not known. */
  readonly url: string | undefined
  /** The DPoP header; `null` without one. */
  readonly proof: string | null
  /** The client certificate that its connection has proven. */
  readonly certificate: () => Certificate | undefined
}

/** Where proofs are remembered, and who hands out nonces. */
export interface Proving {
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Those that a proof may be signed by; left out, all that we know. */
  readonly algorithms?: readonly string[]
  /** Takes a proof for good; `false` when it was taken before. */
  claim(jti_key: string, until: number): boolean | Promise<boolean>
  /** At that time, in epoch seconds; none: `iat` alone says how old a proof is. */
  nonces?(now: number): DpopNonces
}

/**
 * Why a request does not prove that it may use its live token; `undefined` when it does.
 *
 * @returns {OAuthError} invalid_token, invalid_dpop_proof or use_dpop_nonce (RFC 9449 section 7.1)
 * @throws whatever keeps a proof from being remembered
 */
export type Prove = (
  credential: Credential,
  cnf: Confirmation | undefined,
  shown: Shown,
) => Promise<OAuthError | undefined>

/** DP-10, DP-11, RFC 8705 section 3: whether the key of a token is held by who shows it. */
export const createProver =
  ({ clock, algorithms = signingAlgorithms(false), claim, nonces }: Proving): Prove =>
  async ({ scheme, token }, cnf, shown) => {
    if (cnf === undefined) return scheme === 'Bearer' ? undefined : notBound()
    if (scheme !== tokenType(cnf)) return wrongScheme(scheme)
    if ('x5t#S256' in cnf) {
      const certificate = shown.certificate()
      const isHeld = certificate !== undefined && cnf['x5t#S256'] === thumbprint(certificate)
      return isHeld ? undefined : otherKey('certificate')
    }
    if (shown.url === undefined) return notHere()
    const { method, url } = shown
    const now = Math.floor(clock() / 1000)
    const expected = { algorithms, jkt: cnf.jkt }
    const proven = await judged(shown.proof, expected, (claims) =>
      judgeProof(claims, { method, url, now, access_token: token, nonces: nonces?.(now) }),
    )
    if (proven instanceof OAuthError) return proven
    const isFirst = await claim(jtiKey('dpop', cnf.jkt, proven.jti), proven.until)
    return isFirst ? undefined : badProof('it was used before')
  }

const judged = async (
  header: string | null,
  { algorithms, jkt }: { readonly algorithms: readonly string[]; readonly jkt: string },
  judge: (claims: ProofClaims) => Proof,
): Promise<Proof | OAuthError> => {
  if (header === null) return badProof('the header DPoP is missing')
  const { verifySignedProof } = await import('../crypto/dpop-proof.ts')
  try {
    const signed = await verifySignedProof(header, algorithms)
    return signed.jkt === jkt ? judge(signed.claims) : otherKey('key')
  } catch (error) {
    if (error instanceof OAuthError) return error
    throw error
  }
}

const invalidToken = (problem: string): OAuthError => new OAuthError('invalid_token', problem)

const notBound = (): OAuthError => invalidToken('the access token is a bearer token')

const wrongScheme = (used: Credential['scheme']): OAuthError =>
  used === 'Bearer'
    ? invalidToken('the access token is bound to a key: it needs the scheme DPoP and a proof')
    : invalidToken('the access token is bound to a certificate: it needs the scheme Bearer')

const otherKey = (what: 'key' | 'certificate'): OAuthError =>
  invalidToken(`the access token is bound to another ${what}`)

const notHere = (): OAuthError => invalidToken('tokens that are bound to a key are not taken here')

/** Nonces of a database: any process that has its keys takes those of any other (DP-09). */
export const noncesBy =
  (secrets: Pick<Secrets, 'dpopNonce' | 'dpopNonceEnd'>, isRequired: boolean) =>
  (now: number): DpopNonces => ({
    isRequired,
    end: (nonce) => secrets.dpopNonceEnd(nonce, now),
    fresh: () => secrets.dpopNonce(now),
  })
