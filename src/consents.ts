import { audited } from './actions/audit.ts'
import {
  type GivenAccess,
  listAccess,
  type Withdrawn,
  withdrawConsent,
  withdrawConsentsOf,
} from './actions/consent.ts'
import { countLiveOf, type Lost } from './actions/token.ts'
import type { DoneBy } from './audit-trail.ts'
import { now, type Server } from './server.ts'
import type { AllowedFilter } from './store/consent.ts'

/** What a person has allowed a client. Times are epoch seconds. */
export interface ConsentInformation {
  readonly sub: string
  /** Absent when an app vouched for the person and told no name. */
  readonly username?: string
  readonly client_id: string
  /** Absent when the client is gone. */
  readonly client_name?: string
  /** All that was allowed, space-separated; may be empty. */
  readonly scope: string
  /** Resource indicators (RFC 8707). */
  readonly resource: readonly string[]
  /** Whether the client may come again for it without the person being asked. */
  readonly remembered: boolean
  readonly granted_at: number
  /** Moved once a day at the most; `null` when no token of it is left to be used. */
  readonly last_used_at: number | null
}

/** Who has allowed which client what, remembered or not, by sub and client (PG-07). */
export const listConsents = async (
  server: Server,
  filter: AllowedFilter,
): Promise<readonly ConsentInformation[]> =>
  (await server.store.read(listAccess(filter, now(server)))).map(consentInformation)

/** The live tokens that end with a consent, or with all of a person's. Walks the table (decision 0007). */
export const lossOfConsent = (
  server: Server,
  of: { readonly sub: string; readonly client_id?: string },
): Promise<Lost> => server.store.read(countLiveOf(of, now(server)))

/**
 * Takes back what a person allowed a client: it is asked for again, and every code and token is dead
 * when this resolves (PG-07). `undefined` when there was nothing to take back.
 */
export const withdraw = async (
  server: Server,
  { sub, client_id }: { readonly sub: string; readonly client_id: string },
  by?: DoneBy,
): Promise<Withdrawn | undefined> => {
  const ended = await server.store.write(() =>
    audited(server.audit(by), withdrawConsent(sub, client_id, now(server)), (done) =>
      wasThere(done)
        ? { type: 'consent_revoked', client_id, sub, detail: { authorizations: done.authorizations } }
        : undefined,
    ),
  )
  if (!wasThere(ended)) return undefined
  server.events.emit({ type: 'consent_revoked', at: now(server), client_id, sub })
  return ended
}

const wasThere = ({ consent, authorizations }: Withdrawn): boolean => consent || authorizations > 0

/** Takes back all that a person allowed. */
export const withdrawAll = async (server: Server, sub: string): Promise<void> => {
  await server.store.write(() =>
    audited(server.audit(), withdrawConsentsOf(sub, now(server)), (consents) => ({
      type: 'consent_revoked',
      sub,
      detail: { consents },
    })),
  )
}

const consentInformation = ({
  sub,
  username,
  client_id,
  client,
  scope,
  resource,
  remembered,
  since,
  last_used_at,
}: GivenAccess): ConsentInformation => ({
  sub,
  ...(username === null ? {} : { username }),
  client_id,
  ...(client === undefined ? {} : { client_name: client.client_name }),
  scope,
  resource,
  remembered,
  granted_at: since,
  last_used_at,
})
