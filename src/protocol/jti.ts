import { hash } from 'node:crypto'

/** What a `jti` belongs to: the same one in two kinds of JWT is no replay. */
export type JtiKind = 'client_assertion' | 'dpop' | 'request_object'

/**
 * What rests of a `jti` that was used: a digest, so that its length is nobody's to choose.
 *
 * @param owner of whom it is unique: a client_id, the thumbprint of a key
 */
export const jtiKey = (kind: JtiKind, owner: string, jti: string): string =>
  hash('sha256', `${kind}\0${owner}\0${jti}`, 'base64url')

/** HTTP-09 bounds the JWT; this, what is hashed of it for each request. */
const LONGEST_JTI = 512

/** Whether a claim is a `jti`: some text, not empty, of a length that anybody needs (RFC 7519 section 4.1.7). */
export const isJti = (claim: unknown): claim is string =>
  typeof claim === 'string' && claim !== '' && claim.length <= LONGEST_JTI
