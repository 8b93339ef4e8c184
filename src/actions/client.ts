import { hasSecret } from '../protocol/auth-method.ts'
import type { Client, ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { PREFIX } from '../protocol/token-form.ts'
import { countLiveTokens } from '../store/access-token.ts'
import { isSubOfAny } from '../store/authorization.ts'
import {
  type ClientFilter,
  claimClient,
  findClient,
  insertClient,
  listClients,
  markClientRevoked,
  updateClient,
} from '../store/client.ts'
import {
  type ClientSecret,
  deleteClientSecret,
  deleteClientSecrets,
  expireClientSecret,
  insertClientSecret,
  listShownSecrets,
  type ShownSecret,
} from '../store/client-secret.ts'
import { countConsents } from '../store/consent.ts'
import { findUser } from '../store/user.ts'
import type { Work } from '../store/work.ts'

/** A secret minted and hashed before the transaction. */
export type FreshSecret = Omit<ClientSecret, 'client_id' | 'created_at' | 'expires_at'>

/** Registers a client with its first secret, if it has one; `undefined` when a client or a person has the id. */
export function* registerClient(
  client_id: string,
  metadata: ClientMetadata,
  secret: FreshSecret | undefined,
  now: number,
): Work<Client | undefined> {
  const client: Client = {
    ...metadata,
    client_id,
    client_id_issued_at: now,
    updated_at: now,
    revoked_at: null,
  }
  // RFC 9068 section 5: a client_id is no `sub`. Generated ones cannot be: no sub begins as they do.
  if (!client_id.startsWith(PREFIX.client) && (yield* isPerson(client_id))) return undefined
  if (!(yield* insertClient(client))) return undefined
  if (secret !== undefined)
    yield* insertClientSecret({ ...secret, client_id, created_at: now, expires_at: null })
  return client
}

/** Of the built-in users, or of an app's who allowed something: an app has no list of its people here. */
function* isPerson(sub: string): Work<boolean> {
  return (yield* findUser(sub)) !== undefined || (yield* isSubOfAny(sub)) || (yield* countConsents(sub)) > 0
}

/**
 * Changes a client in place.
 * @param change judges the client as it stands and gives it as it shall be, or the refusal
 */
export function* changeClient(
  client_id: string,
  change: (client: Client) => ClientMetadata | Error,
  now: number,
): Work<Client | Error | undefined> {
  const client = yield* claimedClient(client_id)
  if (client === undefined) return undefined
  const metadata = change(client)
  if (metadata instanceof Error) return metadata
  const changed = { ...client, ...metadata, updated_at: now }
  yield* updateClient(changed)
  // Given a secret again, a client must not have back those of before.
  if (!hasSecret(changed)) yield* deleteClientSecrets(client_id)
  return changed
}

/** A client that is not revoked, and that nobody else changes before this transaction ends. */
function* claimedClient(client_id: string): Work<Client | undefined> {
  return (yield* claimClient(client_id)) ? yield* findClient(client_id) : undefined
}

/** What a rotation left behind: when the secret before stops, `undefined` when there was none. */
export interface Rotation {
  readonly client: Client
  readonly previous_expires_at: number | undefined
}

/**
 * Decision 18: the secret before dies now, or after `overlap` seconds; of older ones none is left,
 * so that at most two are live (SEC-01). `undefined` when there is no such client; a refusal when
 * it has none.
 */
export function* rotateClientSecret(
  client_id: string,
  secret: FreshSecret,
  overlap: number,
  now: number,
): Work<Rotation | OAuthError | undefined> {
  const client = yield* claimedClient(client_id)
  if (client === undefined) return undefined
  if (!hasSecret(client)) return new OAuthError('invalid_client_metadata', secretless(client))
  const secrets = yield* listShownSecrets(client_id)
  const live = secrets.filter(({ expires_at }) => expires_at === null || expires_at > now)
  // The one without an end is in use. The ids cannot say: two that were minted together sort by chance.
  const previous = live.find(({ expires_at }) => expires_at === null) ?? live.at(-1)
  for (const old of secrets) {
    if (old !== previous) yield* deleteClientSecret(old.client_secret_id)
  }
  if (previous !== undefined) yield* expireClientSecret(previous.client_secret_id, now + overlap)
  yield* insertClientSecret({ ...secret, client_id, created_at: now, expires_at: null })
  const until = Math.min(previous?.expires_at ?? Number.MAX_SAFE_INTEGER, now + overlap)
  return { client, previous_expires_at: previous === undefined ? undefined : until }
}

/** What is said of a secret where there is none. */
export const secretless = ({
  token_endpoint_auth_method: method,
}: Pick<ClientMetadata, 'token_endpoint_auth_method'>): string =>
  method === 'none'
    ? 'a public client has no secret'
    : `a client that authenticates by ${method} has no secret`

/**
 * Revokes a client. Its tokens are dead with it from the commit on, because every look at a token
 * looks at its client too (IN-04). `false` when there is none, or it was revoked before.
 */
export function* revokeClient(client_id: string, now: number): Work<boolean> {
  return yield* markClientRevoked(client_id, now)
}

/** What `client:show` tells beside the registration: never a secret's value. */
export interface ClientDetail {
  readonly client: Client
  readonly secrets: readonly ShownSecret[]
  readonly tokens: number
}

export function* describeClient(client_id: string, now: number): Work<ClientDetail | undefined> {
  const client = yield* findClient(client_id)
  if (client === undefined) return undefined
  const secrets = (yield* listShownSecrets(client_id)).filter(
    ({ expires_at }) => expires_at === null || expires_at > now,
  )
  const tokens = client.revoked_at === null ? yield* countLiveTokens(client_id, now) : 0
  return { client, secrets, tokens }
}

const PAGE = 500

/** Clients that match; a grant type is looked for in the parsed list, page by page. */
export function* selectClients(
  filter: ClientFilter & { readonly grant_type?: string | undefined },
): Work<readonly Client[]> {
  const { grant_type, limit } = filter
  if (grant_type === undefined) return yield* listClients(filter)
  const found: Client[] = []
  let after = filter.after
  for (;;) {
    const page: readonly Client[] = yield* listClients({ ...filter, after, limit: PAGE })
    found.push(...page.filter((client) => client.grant_types.includes(grant_type)))
    after = page.at(-1)?.client_id
    if (page.length < PAGE || found.length >= limit) return found.slice(0, limit)
  }
}
