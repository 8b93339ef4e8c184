import type { ActiveToken } from './access-token.ts'
import { isReservedClaim } from './claims.ts'
import type { Confirmation } from './confirmation.ts'
import { covers, parseScope } from './scope.ts'

/** Who a request speaks for, read from a live access token: what a protected route is handed. */
export interface Principal {
  /** The client that the token was issued to. */
  readonly client_id: string
  /** RFC 7662 section 2.2: the person's, or the client's own id for a token of its own. */
  readonly sub: string
  /** The `sub` of a person; `null` for a client's own token, which stands for nobody. */
  readonly user: string | null
  /** How the token came to be: `authorization_code`, `client_credentials`, … */
  readonly grant_type: string
  /** Space-separated; `''` when there is none. */
  readonly scope: string
  readonly scopes: readonly string[]
  /** The extra claims that were given at approval; no name of an RFC is among them. */
  readonly claims: Readonly<Record<string, unknown>>
  /** The resources that the token is for (RFC 8707); the issuer when none was named. */
  readonly aud: readonly string[]
  readonly jti: string
  /** Epoch seconds. */
  readonly exp: number
  /**
   * The key that the token is bound to, by its thumbprint, which the request has proven to hold: `jkt`
   * (RFC 9449) or `x5t#S256` (RFC 8705). Not there for a bearer token.
   */
  readonly cnf?: Confirmation
  /** Whether the token has the scope; of several, separated by spaces, every one. `''` is none to have. */
  can(scope: string): boolean
}

/** RFC 7662 section 2.2: the answer about a live access token, as its principal. */
export const principalOf = (token: ActiveToken): Principal => {
  const { client_id, sub, grant_type, scope = '', aud, jti, exp, cnf } = token
  const principal = {
    client_id,
    sub,
    // A `sub` never equals a client_id, save where the client stands for itself.
    user: grant_type === 'client_credentials' || sub === client_id ? null : sub,
    grant_type,
    scope,
    scopes: parseScope(scope) ?? [],
    claims: claimsOf(token),
    aud: typeof aud === 'string' ? [aud] : aud,
    jti,
    exp,
    can: (wanted: string) => typeof wanted === 'string' && wanted !== '' && covers(scope, wanted),
  }
  return cnf === undefined ? principal : { ...principal, cnf }
}

const NONE: Readonly<Record<string, unknown>> = Object.freeze({})

const claimsOf = (token: ActiveToken): Readonly<Record<string, unknown>> => {
  const extra = Object.keys(token).filter((name) => !isReservedClaim(name))
  return extra.length === 0 ? NONE : Object.fromEntries(extra.map((name) => [name, token[name]]))
}
