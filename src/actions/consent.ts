import { distinctResources } from '../protocol/resource.ts'
import { joinScopes } from '../protocol/scope.ts'
import { revokeAuthorizationsOf } from '../store/authorization.ts'
import { deleteConsent, findConsent, putConsent } from '../store/consent.ts'
import type { Work } from '../store/work.ts'

/** What a person has just allowed. */
export interface Allowed {
  readonly sub: string
  readonly client_id: string
  readonly scope: string
  readonly resource: readonly string[]
  /** Whether it shall not be asked again; forgotten again only with the whole consent. */
  readonly remember: boolean
}

/** MC-08: what was allowed before stays allowed, and what is allowed now is added. */
export function* growConsent(allowed: Allowed, now: number): Work<void> {
  const { sub, client_id, scope, resource, remember } = allowed
  const before = yield* findConsent(sub, client_id)
  const remembered_scope = before?.remembered_scope ?? null
  const remembered_resource = before?.remembered_resource ?? []
  yield* putConsent({
    sub,
    client_id,
    scope: joinScopes(before?.scope ?? '', scope),
    resource: distinctResources([...(before?.resource ?? []), ...resource]),
    remembered_scope: remember ? joinScopes(remembered_scope ?? '', scope) : remembered_scope,
    remembered_resource: remember
      ? distinctResources([...remembered_resource, ...resource])
      : remembered_resource,
    created_at: before?.created_at ?? now,
    updated_at: now,
  })
}

/** What a withdrawal ended. */
export interface Withdrawn {
  /** Whether there was a consent to forget. */
  readonly consent: boolean
  /** How many authorizations it led to were alive; every code and token of theirs is dead. */
  readonly authorizations: number
}

/** PG-07: forgets the consent and ends all it led to, in one transaction: none is dead without the other. */
export function* withdrawConsent(sub: string, client_id: string, now: number): Work<Withdrawn> {
  const consent = yield* deleteConsent(sub, client_id)
  return { consent, authorizations: yield* revokeAuthorizationsOf(sub, client_id, now) }
}
