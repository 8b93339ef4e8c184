/** Works without a database: each statement is answered with literal rows. */
import assert from 'node:assert/strict'
import { type Client, registrable } from '../src/protocol/client-metadata.ts'
import { DEFAULT_SECURITY } from '../src/protocol/client-security.ts'
import { type Resources, registrableResource } from '../src/protocol/protected-resource.ts'
import { resourceKey } from '../src/protocol/resource.ts'
import type { TokenRules } from '../src/protocol/token-target.ts'
import type { Row, Statement, Work } from '../src/store/work.ts'
import { NOW } from './_store.ts'

export interface Stepped<T> {
  readonly result: T
  /** What was asked, in order. */
  readonly statements: readonly Statement[]
}

/** Steps a work to its end. It must ask exactly as often as there are answers. */
export const stepped = <T>(work: Work<T>, ...answers: readonly (readonly Row[])[]): Stepped<T> => {
  const statements: Statement[] = []
  let next = work.next([])
  for (const rows of answers) {
    assert(!next.done, `ended after ${statements.length} statements`)
    statements.push(next.value)
    next = work.next(rows)
  }
  if (!next.done) throw new assert.AssertionError({ message: `one statement more: ${next.value.text}` })
  return { result: next.value, statements }
}

/** A confidential client for client_credentials with scope `a b`, as its row would be read. */
export const literalClient = (given: Partial<Client> = {}): Client => ({
  ...registrable({ client_name: 'A', grant_types: ['client_credentials'], scope: 'a b' }),
  client_id: 'cl_1',
  client_id_issued_at: NOW,
  updated_at: NOW,
  revoked_at: null,
  ...given,
})

/** What a server says of tokens that says nothing in particular: opaque ones, for any resource. */
export const literalRules = (given: Partial<TokenRules> = {}): TokenRules => ({
  resources: new Map(),
  issuer: 'https://id.example',
  access_token_format: 'opaque',
  access_token_ttl: 3600,
  signing_alg: 'RS256',
  authorization_details: new Map(),
  ...given,
})

/** Resources as the registry has them. */
export const literalResources = (...given: readonly Readonly<Record<string, unknown>>[]): Resources =>
  new Map(
    given.map((one) => {
      const resource = { ...registrableResource(one), created_at: NOW }
      return [resourceKey(resource.resource), resource]
    }),
  )

/** The row of such a client in oauth_client. */
export const clientRow = (given: Partial<Client> = {}): Row => {
  const { redirect_uris, grant_types, resource, first_party, ...client } = literalClient(given)
  const members = new Map(Object.entries(DEFAULT_SECURITY))
  const plain = Object.entries(client).filter(([name]) => !members.has(name))
  return {
    ...(Object.fromEntries(plain) as Row),
    redirect_uris: JSON.stringify(redirect_uris),
    grant_types: JSON.stringify(grant_types),
    resource: JSON.stringify(resource),
    first_party: first_party ? 1 : 0,
    security: JSON.stringify(
      Object.fromEntries(Object.entries(client).filter(([name]) => members.has(name))),
    ),
  }
}

/** A live row of oauth_access_token, with what its client says of it: 0, it stands. */
export const tokenRow = (given: Row = {}): Row => ({
  jti: 'jti_1',
  token_hash: 'hash',
  hash_key_id: 'hk_1',
  client_id: 'cl_1',
  authorization_id: null,
  sub: 'cl_1',
  grant_type: 'client_credentials',
  scope: 'a',
  aud: null,
  cnf: null,
  authorization_details: null,
  iat: NOW,
  exp: NOW + 3600,
  revoked_at: null,
  client_revoked_at: 0,
  authorization_revoked_at: null,
  ...given,
})

/** The first words of each statement: `INSERT INTO oauth_access_token`. */
export const verbs = (statements: readonly Statement[]): readonly string[] =>
  statements.map(({ text }) => /^(SELECT|(?:INSERT INTO|UPDATE|DELETE FROM) \w+)/.exec(text)?.[0] ?? text)
