import type { Introspection } from './access-token.ts'

/** RFC 9701 section 4: the answer of introspection as a JWT; `typ` says the same without `application/`. */
export const INTROSPECTION_JWT_TYP = 'token-introspection+jwt'

export const INTROSPECTION_JWT: string = `application/${INTROSPECTION_JWT_TYP}`

/** RFC 9110 section 12.5.1: named, and not with weight 0. A wildcard asks for nothing in particular. */
export const acceptsIntrospectionJwt = (accept: string | null): boolean =>
  (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return type === INTROSPECTION_JWT && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
  })

/**
 * RFC 9701 section 5. Neither `sub` nor `exp` stands beside the answer: it must never pass for a token (IN-07).
 *
 * @param client_id who asked, and for whom alone it is
 * @param now epoch seconds
 */
export const introspectionClaims = (
  answer: Introspection,
  { issuer, client_id, now }: { readonly issuer: string; readonly client_id: string; readonly now: number },
): Readonly<Record<string, unknown>> => ({
  iss: issuer,
  aud: client_id,
  iat: now,
  token_introspection: answer,
})
