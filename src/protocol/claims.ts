/** What is known of the person a token stands for, from the approval that led to it. */
export interface Person {
  readonly username: string | null
  /** Epoch seconds. */
  readonly auth_time: number | null
  readonly acr: string | null
  readonly amr: readonly string[] | null
  /** Extra ones, given at approval. */
  readonly claims: Readonly<Record<string, unknown>> | null
}

/**
 * Members with a meaning of their own in the answer of introspection: IANA's "OAuth Token Introspection
 * Response", what of its "JSON Web Token Claims" says who or how (`roles` and the like say what, as extra
 * claims do), and `grant_type`, which is ours. No extra claim has such a name.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'active',
  'scope',
  'client_id',
  'username',
  'token_type',
  'exp',
  'iat',
  'nbf',
  'sub',
  'aud',
  'iss',
  'jti',
  // User-Managed Access 2.0, RFC 8485, RFC 8693, RFC 7800, RFC 9200, RFC 9396, RFC 9470
  'permissions',
  'vot',
  'vtm',
  'act',
  'may_act',
  'cnf',
  'ace_profile',
  'cnonce',
  'cti',
  'exi',
  'authorization_details',
  'auth_time',
  'acr',
  // OpenID Connect Core, its Back-Channel Logout, RFC 9493, RFC 9701
  'amr',
  'azp',
  'sid',
  'sub_id',
  'token_introspection',
  'grant_type',
  '__proto__',
])

/** Whether a name is taken, so that no extra claim may have it. */
export const isReservedClaim = (name: string): boolean => RESERVED.has(name)

/** IN-03: what introspection says of a person, as members of its answer; extra claims never over ours. */
export const personMembers = ({
  username,
  auth_time,
  acr,
  amr,
  claims,
}: Person): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.entries(claims ?? {}).filter(([name]) => !isReservedClaim(name))),
  ...(username === null ? undefined : { username }),
  ...(auth_time === null ? undefined : { auth_time }),
  ...(acr === null ? undefined : { acr }),
  ...(amr === null ? undefined : { amr }),
})
