/**
 * The key that a token is bound to, by its thumbprint (RFC 7800 section 3.1): of a DPoP key (RFC 9449 section
 * 6.1) or of a client certificate (RFC 8705 section 3.1).
 */
export type Confirmation = { readonly jkt: string } | { readonly 'x5t#S256': string }

/** RFC 9449 section 5: only a token that is bound to a DPoP key has another type than `Bearer`. */
export type TokenType = 'Bearer' | 'DPoP'

export const tokenType = (cnf: Confirmation | null): TokenType =>
  cnf !== null && 'jkt' in cnf ? 'DPoP' : 'Bearer'

/** Whether two are of the same key; `null` is no key, and is like nothing but itself. */
export const isSameKey = (one: Confirmation | null, other: Confirmation | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other)
