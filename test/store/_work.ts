/** Works over oauthd_state, the plainest of our tables. */
import { all, one, run, type Work } from '../../src/store/work.ts'

export const put = (name: string, value = 'x'): Work<void> =>
  run('INSERT INTO oauthd_state (name, value) VALUES ($name, $value)', { name, value })

/** A bug: it writes, and then throws. */
export function* putAndThrow(name: string): Work<void> {
  yield* put(name)
  throw new RangeError(`a bug at ${name}`)
}

export function* get(name: string): Work<string | undefined> {
  const row = yield* one<{ value: string }>('SELECT value FROM oauthd_state WHERE name = $name', { name })
  return row?.value
}

export function* names(): Work<readonly string[]> {
  const rows = yield* all<{ name: string }>('SELECT name FROM oauthd_state ORDER BY name LIMIT 1000')
  return rows.map(({ name }) => name)
}

/** Registers a client with nothing but a name. */
export const putClient = (client_id: string): Work<void> =>
  run(
    `INSERT INTO oauth_client (client_id, client_name, redirect_uris, grant_types, scope, first_party, introspect,
       resource, refresh_rotate, security, client_id_issued_at, updated_at)
     VALUES ($client_id, 'A', '[]', '[]', '', 0, 'own', '[]', 'always', '{}', 1, 1)`,
    { client_id },
  )

export const putToken = (jti: string): Work<void> =>
  run(
    `INSERT INTO oauth_access_token (jti, token_hash, hash_key_id, client_id, sub, grant_type, scope, iat, exp)
     VALUES ($jti, $token_hash, 'hk_1', 'cl_1', 'cl_1', 'client_credentials', '', 1, 2)`,
    { jti, token_hash: 'hash' },
  )
