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
 * Members with a meaning of their own in the answer of introspection (RFC 7662 section 2.2 and its
 * registry, RFC 9068, RFC 9449, RFC 9396), and `grant_type`, which is ours. No extra claim has such a name.
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
  'cnf',
  'act',
  'may_act',
  'authorization_details',
  'auth_time',
  'acr',
  'amr',
  'sid',
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
