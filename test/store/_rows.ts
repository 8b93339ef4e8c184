/** Rows of our tables with nothing in them but what a test speaks of. */
import type { Client } from '../../src/protocol/client-metadata.ts'
import { type AccessToken, insertAccessToken } from '../../src/store/access-token.ts'
import { insertClient } from '../../src/store/client.ts'
import { type ClientSecret, insertClientSecret } from '../../src/store/client-secret.ts'
import { insertFirstHashKey } from '../../src/store/hash-key.ts'
import { run, type Work } from '../../src/store/work.ts'
import { literalClient } from '../_step.ts'
import { NOW } from '../_store.ts'

/** Registers clients with these ids. */
export function* putClients(...ids: readonly string[]): Work<void> {
  for (const client_id of ids) yield* insertClient(literalClient({ client_id }))
}

/** Registers a client as it stands here, revoked or not. */
export const putClient = (given: Partial<Client>): Work<boolean> => insertClient(literalClient(given))

/** Stores a secret of cl_1, under the hash key hk_1. */
export function* putSecret(given: Partial<ClientSecret>): Work<void> {
  yield* insertFirstHashKey({ hash_key_id: 'hk_1', sealed: 'sealed' }, NOW)
  yield* insertClientSecret({
    client_secret_id: 'cs_1',
    client_id: 'cl_1',
    secret_hash: 'hash',
    hash_key_id: 'hk_1',
    preview: 'ocs_…',
    created_at: NOW,
    expires_at: null,
    ...given,
  })
}

/** Stores tokens of cl_1, live for an hour. */
export function* putTokens(...tokens: readonly Partial<AccessToken>[]): Work<void> {
  for (const { revoked_at = null, client_revoked_at: _, authorization_revoked_at: __, ...given } of tokens) {
    const row = {
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
      ...given,
    }
    yield* insertAccessToken(row)
    if (revoked_at === null) continue
    yield* run('UPDATE oauth_access_token SET revoked_at = $revoked_at WHERE jti = $jti', {
      revoked_at,
      jti: row.jti,
    })
  }
}
