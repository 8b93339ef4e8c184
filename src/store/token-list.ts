import type { AccessToken } from '../protocol/access-token.ts'
import { all, type Work } from './work.ts'

/** What a list of tokens shows: nothing of what a token could be recognised by. */
export type ListedToken = Omit<AccessToken, 'aud' | 'cnf' | 'authorization_details'>

/** Which tokens `listAccessTokens` gives. */
export interface TokenFilter {
  readonly client_id?: string | undefined
  readonly sub?: string | undefined
  /** Only tokens that are live at this time. */
  readonly live_at?: number | undefined
  /** The last jti of the page before; the list goes from new to old. */
  readonly before?: string | undefined
  readonly limit: number
}

/** A page of access tokens, newest first; a token without its client, or its authorization, is no token. */
export function* listAccessTokens(filter: TokenFilter): Work<readonly ListedToken[]> {
  const client = filter.client_id === undefined ? '' : 'AND token.client_id = $client_id'
  const sub = filter.sub === undefined ? '' : 'AND token.sub = $sub'
  const live =
    filter.live_at === undefined
      ? ''
      : `AND exp > $live_at AND token.revoked_at IS NULL AND client.revoked_at IS NULL
         AND (token.authorization_id IS NULL OR authorization.revoked_at IS NULL)`
  const before = filter.before === undefined ? '' : 'AND jti < $before'
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
  return yield* all<ListedToken>(
    `SELECT jti, token.client_id, token.authorization_id, token.sub, grant_type, token.scope, iat, exp,
       token.revoked_at, client.revoked_at AS client_revoked_at,
       authorization.revoked_at AS authorization_revoked_at
     FROM oauth_access_token AS token JOIN oauth_client AS client ON client.client_id = token.client_id
       LEFT JOIN oauth_authorization AS authorization
         ON authorization.authorization_id = token.authorization_id
     WHERE (token.authorization_id IS NULL OR authorization.authorization_id IS NOT NULL) ${client} ${sub} ${live} ${before} ORDER BY jti DESC LIMIT $limit`,
    given,
  )
}
