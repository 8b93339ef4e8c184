import { introspection, type TokenFacts } from './access-token.ts'
import type { Person } from './claims.ts'
import { covers } from './scope.ts'

/**
 * RFC 9068 section 2.2: what a JWT access token says: what introspection says of it, but for the members that
 * belong to that answer. It is read by whoever gets hold of it, so a person is only `sub` there, and what the
 * app added of theirs is within the scope (AT-05).
 *
 * @param person of whom it is, as when they signed in: a refresh changes none of it (AT-02)
 */
export const accessTokenClaims = (
  token: TokenFacts,
  iss: string,
  person?: Person | undefined,
): Readonly<Record<string, unknown>> => {
  const about = person && { ...person, username: null, claims: withinScope(person.claims, token.scope) }
  const members = Object.entries(introspection(token, { issuer: iss }, { person: about }))
  return Object.fromEntries(members.filter(([name]) => name !== 'active' && name !== 'token_type'))
}

/** OpenID Connect Core section 5.4: the scope that asks for each claim about a person. */
const PERSONAL: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    profile:
      'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at',
    email: 'email email_verified',
    address: 'address',
    phone: 'phone_number phone_number_verified',
  }).flatMap(([scope, claims]) => claims.split(' ').map((claim) => [claim, scope])),
)

const withinScope = (claims: Person['claims'], scope: string): Person['claims'] =>
  claims && Object.fromEntries(Object.entries(claims).filter(([name]) => covers(scope, PERSONAL[name] ?? '')))
