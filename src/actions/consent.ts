import type { Client } from '../protocol/client-metadata.ts'
import { allAllowed, grownConsent } from '../protocol/given-consent.ts'
import { distinctResources } from '../protocol/resource.ts'
import { joinScopes } from '../protocol/scope.ts'
import { revokeAuthorizationsOf, sumLiveAuthorizations } from '../store/authorization.ts'
import { findClient } from '../store/client.ts'
import {
  type AllowedFilter,
  deleteConsent,
  deleteConsentsOf,
  findConsent,
  insertConsent,
  listAllowedPairs,
  replaceConsent,
} from '../store/consent.ts'
import { findUser } from '../store/user.ts'
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

/** Adds to a consent as it stands: what was withdrawn since it was read stays withdrawn. */
export function* growConsent({ sub, client_id, ...allowed }: Allowed, now: number): Work<void> {
  for (;;) {
    const before = yield* findConsent(sub, client_id)
    const grown = grownConsent(before?.allowed ?? [], allowed)
    const isWritten =
      before === undefined
        ? yield* insertConsent({ sub, client_id, allowed: grown, created_at: now, updated_at: now })
        : yield* replaceConsent(before, grown, now)
    if (isWritten) return
  }
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

/** PG-07: the same for every client at once; gives how many consents were forgotten. */
export function* withdrawConsentsOf(sub: string, now: number): Work<number> {
  const consents = yield* deleteConsentsOf(sub)
  yield* revokeAuthorizationsOf(sub, undefined, now)
  return consents
}

/** What a person has allowed a client, remembered or not. Times are epoch seconds. */
export interface GivenAccess {
  readonly sub: string
  /** `null`: an app vouched for the person and told no name. */
  readonly username: string | null
  readonly client_id: string
  /** Revoked or not. */
  readonly client: Client | undefined
  readonly scope: string
  readonly resource: readonly string[]
  /** Whether some of it is allowed again without asking. */
  readonly remembered: boolean
  readonly since: number
  /** `null`: nothing of it stands, the client would have to come again. */
  readonly last_used_at: number | null
}

/** PG-07: who has allowed whom what: consents, and what stands without one. */
export function* listAccess(filter: AllowedFilter, now: number): Work<readonly GivenAccess[]> {
  const found: GivenAccess[] = []
  for (const { sub, client_id } of yield* listAllowedPairs(filter, now)) {
    const consent = yield* findConsent(sub, client_id)
    const live = yield* sumLiveAuthorizations(sub, client_id, now)
    const all = consent === undefined ? live : [{ ...consent, ...allAllowed(consent.allowed) }, ...live]
    found.push({
      sub,
      username: (yield* findUser(sub))?.username ?? live.find((one) => one.username)?.username ?? null,
      client_id,
      client: yield* findClient(client_id),
      scope: all.reduce((scope, one) => joinScopes(scope, one.scope), ''),
      resource: distinctResources(all.flatMap((one) => one.resource)),
      remembered: consent?.allowed.some(({ remembered }) => remembered !== null) ?? false,
      since: Math.min(...all.map((one) => one.created_at)),
      last_used_at: live.length === 0 ? null : Math.max(...live.map((one) => one.last_used_at)),
    })
  }
  return found
}
