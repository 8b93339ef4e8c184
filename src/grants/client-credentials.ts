import { issueAccessToken } from '../actions/issue.ts'
import { detailsFor, readDetails, typeProblem } from '../protocol/authorization-details.ts'
import { OAuthError } from '../protocol/error.ts'
import { readResources } from '../protocol/resource.ts'
import { grantScope } from '../protocol/scope.ts'
import { targetOf } from '../protocol/token-target.ts'
import type { ClientGrant } from './grant.ts'

const GRANT_TYPE = 'client_credentials'

/**
 * OAuth 2.1 section 4.2: the token stands for the client itself, never for a person, and there is
 * no refresh token (TK-09).
 */
export const clientCredentials: ClientGrant = {
  grant_type: GRANT_TYPE,
  prepare(form) {
    const requested = form.values.get('scope')
    const resources = readResources(form.resource)
    const details = readDetails(form.values.get('authorization_details'))
    return function* work({ client, now, fresh, cnf, rules, default_scopes }) {
      if (client.token_endpoint_auth_method === 'none') {
        return new OAuthError('unauthorized_client', 'client_credentials is for confidential clients')
      }
      const scope = grantScope(requested, client, default_scopes, GRANT_TYPE)
      if (scope instanceof OAuthError) return scope
      const refused = typeProblem(details, rules.authorization_details, client)
      if (refused !== undefined) return refused
      const target = targetOf(resources, client, rules)
      if (target instanceof OAuthError) return target
      return yield* issueAccessToken(fresh, {
        client_id: client.client_id,
        authorization_id: null,
        sub: client.client_id,
        grant_type: GRANT_TYPE,
        scope,
        ...target,
        cnf,
        authorization_details: detailsFor(details, resources),
        now,
      })
    }
  },
}
