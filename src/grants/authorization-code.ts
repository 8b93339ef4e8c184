import { issueRefreshToken, issueUnder } from '../actions/issue.ts'
import type { Presented } from '../actions/token.ts'
import { detailsFor, narrowDetails, readDetails, stillAllowed } from '../protocol/authorization-details.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { matchesChallenge } from '../protocol/pkce.ts'
import { narrowResources, readResources } from '../protocol/resource.ts'
import { stillRegistered } from '../protocol/scope.ts'
import { targetOf } from '../protocol/token-target.ts'
import { type Authorization, extendAuthorization } from '../store/authorization.ts'
import {
  type AuthorizationCode,
  claimAuthorizationCode,
  countWrongTry,
  findAuthorizationCode,
  MOST_WRONG_TRIES,
} from '../store/authorization-code.ts'
import type { Work } from '../store/work.ts'
import { boundTo, endByReuse, type PersonGrant, provesKey, type Reuse, required, standing } from './grant.ts'

const GRANT_TYPE = 'authorization_code'

/** OAuth 2.1 section 4.1.3: a code, once, for the tokens a person allowed. */
export const authorizationCode: PersonGrant = {
  grant_type: GRANT_TYPE,
  takes: 'code',
  prepare(form) {
    required(form, 'code')
    // TK-03: every code was given for a challenge, so a request without a verifier is never right.
    const code_verifier = required(form, 'code_verifier')
    const redirect_uri = form.values.get('redirect_uri')
    const resources = readResources(form.resource)
    const details = readDetails(form.values.get('authorization_details'))
    return function* work({ client, now, presented, fresh, cnf, fresh_refresh, rules, refresh_idle_ttl }) {
      const found = yield* findCode(presented, client, now)
      if (found instanceof OAuthError) return found
      const { code } = found
      // DP-12: before all that is counted or revoked, since who lacks the key is nobody to do either.
      const bound = code.dpop_jkt === null ? null : { jkt: code.dpop_jkt }
      if (!provesKey(cnf, bound)) return refused('not the key of dpop_jkt')
      // OAuth 2.1 section 10.2: old clients send it, and then it must be the same one (TK-04).
      if (redirect_uri !== undefined && redirect_uri !== code.redirect_uri) {
        return refused('another redirect_uri')
      }
      if (!matchesChallenge(code.code_challenge, code_verifier)) {
        yield* countWrongTry(code.code_id)
        return refused('wrong code_verifier')
      }
      const scope = stillRegistered(found.authorization.scope, client.scope)
      if (scope === undefined) return refused('no scope of it is left to the client')
      const resource = narrowResources(found.authorization.resource, resources)
      if (resource instanceof OAuthError) return resource
      const target = targetOf(resource, client, rules)
      if (target instanceof OAuthError) return target
      const allowed = stillAllowed(
        found.authorization.authorization_details,
        rules.authorization_details,
        client,
      )
      const authorization_details = narrowDetails(allowed, details)
      if (authorization_details instanceof OAuthError) return authorization_details
      if (!(yield* claimAuthorizationCode(code.code_id, now))) return yield* refuseTaken(code, now)
      const authorization = yield* redeemed(found.authorization, code)
      const issued = yield* issueUnder(fresh, authorization, {
        grant_type: GRANT_TYPE,
        scope,
        ...target,
        cnf,
        authorization_details: detailsFor(authorization_details, resource),
        now,
      })
      if (!client.grant_types.includes('refresh_token')) return issued
      const idle_ttl = client.refresh_idle_ttl ?? refresh_idle_ttl
      yield* issueRefreshToken(fresh_refresh, authorization, { now, idle_ttl, cnf: boundTo(client, cnf) })
      return { ...issued, refresh: { kind: 'clear', refresh_token: fresh_refresh.refresh_token } }
    }
  },
}

/** ERR-06: never which of the reasons; that is for the log. */
const refused = (reason: string): OAuthError =>
  new OAuthError('invalid_grant', 'the authorization code is not valid', { cause: reason })

/**
 * A code of this client whose authorization stands. One that was used before is found too, however
 * late it comes back: what follows tells a replay from a guess (TK-05, TK-08).
 */
function* findCode(
  presented: Presented | undefined,
  client: Client,
  now: number,
): Work<{ readonly code: AuthorizationCode; readonly authorization: Authorization } | OAuthError> {
  if (presented?.kind !== 'authorization_code') return refused('not a code')
  const code = yield* findAuthorizationCode(presented.id)
  if (code === undefined) return refused('unknown code')
  const { code_hash, hash_key_id } = code
  if (!presented.matches({ token_hash: code_hash, hash_key_id })) return refused('unknown code')
  if (code.client_id !== client.client_id) return refused('code of another client')
  if (code.used_at === null && code.expires_at <= now) return refused('expired code')
  if (code.wrong_tries >= MOST_WRONG_TRIES && code.used_at === null) return refused('too many wrong tries')
  const authorization = yield* standing(code.authorization_id, now, refused)
  return authorization instanceof OAuthError ? authorization : { code, authorization }
}

/** RT-06: from now on it lasts as long as was said when it was allowed. */
function* redeemed(
  authorization: Authorization,
  { authorization_expires_at: expires_at }: AuthorizationCode,
): Work<Authorization> {
  yield* extendAuthorization(authorization.authorization_id, expires_at)
  return { ...authorization, expires_at }
}

/** Not to be had: used before, which all but the verifier could know, or dead since it was looked at. */
function* refuseTaken(
  { code_id, authorization_id }: AuthorizationCode,
  now: number,
): Work<OAuthError | Reuse> {
  const code = yield* findAuthorizationCode(code_id)
  if (code?.used_at == null) return refused('too many wrong tries')
  return yield* endByReuse('code_reuse', authorization_id, now, refused('code used again'))
}
