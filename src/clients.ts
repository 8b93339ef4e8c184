import { audited } from './actions/audit.ts'
import {
  type ClientDetail,
  changeClient,
  describeClient,
  type FreshSecret,
  type Rotation,
  registerClient,
  revokeClient,
  rotateClientSecret,
  secretless,
} from './actions/client.ts'
import { newClientId } from './crypto/secret.ts'
import { hasSecret } from './protocol/auth-method.ts'
import { chosenClientId } from './protocol/client-id.ts'
import { type ClientInformation, clientInformation } from './protocol/client-information.ts'
import {
  type Client,
  type ClientMetadata,
  changedMetadata,
  type GivenMetadata,
  registrable,
} from './protocol/client-metadata.ts'
import { OAuthError } from './protocol/error.ts'
import { FAPI_ALG, isFapi } from './protocol/fapi.ts'
import { badMetadata } from './protocol/metadata-member.ts'
import { looksLikeSecret } from './protocol/token-form.ts'
import { now, type Server } from './server.ts'

/** A client as it is shown the one time its secret is (RFC 7591 section 3.2.1). */
export interface ClientWithSecret extends ClientInformation {
  readonly client_secret?: string
  /** Epoch seconds; 0 does not expire. Present with a secret. */
  readonly client_secret_expires_at?: number
}

/** What an operator may choose instead of having it generated. */
export interface ChosenCredentials {
  readonly client_id?: string | undefined
  /** 16 to 256 printable ASCII characters; at least 128 bits of it should be random (CA-08). */
  readonly client_secret?: string | undefined
}

/**
 * Registers a client; the library and the command line both come through here.
 *
 * @returns `undefined` when the chosen `client_id` is taken, also by a revoked client, or a person's `sub`
 * @throws {OAuthError} invalid_client_metadata, invalid_redirect_uri, invalid_scope
 */
export const createClient = async (
  server: Server,
  given: GivenMetadata,
  chosen: ChosenCredentials = {},
): Promise<ClientWithSecret | undefined> => {
  const metadata = judgeNewClient(given, chosen)
  const client_id = chosen.client_id ?? newClientId()
  const isSecret = hasSecret(metadata)
  const client_secret = chosen.client_secret ?? server.secrets.clientSecret()
  const fresh = isSecret ? hashed(server, client_secret) : undefined
  const client = await server.store.write(() =>
    audited(
      server.audit(),
      registerClient(client_id, metadata, fresh, now(server)),
      (registered) =>
        registered && {
          type: 'client_created',
          client_id,
          detail: { scope: registered.scope, grant_types: registered.grant_types },
        },
    ),
  )
  if (client === undefined) return undefined
  await publishKey(server, client)
  server.events.emit({ type: 'client_created', at: now(server), client_id })
  return shown(client, isSecret ? client_secret : undefined)
}

/**
 * What `createClient` would register; needs no database.
 *
 * @throws {OAuthError} as `createClient`
 */
export const judgeNewClient = (given: GivenMetadata, chosen: ChosenCredentials = {}): ClientMetadata => {
  const metadata = registrable(given)
  const refusal = chosen.client_id === undefined ? undefined : chosenClientId(chosen.client_id)
  if (refusal !== undefined) throw refusal
  if (!hasSecret(metadata) && chosen.client_secret !== undefined) {
    throw badMetadata('client_secret', secretless(metadata))
  }
  refuseWeak(chosen.client_secret)
  return metadata
}

/** A client after a rotation, with its new secret and the end of the one before. */
export interface RotatedClient extends ClientWithSecret {
  /** Epoch seconds; absent when there was no live secret before. */
  readonly previous_secret_expires_at?: number
}

/** Decision 18: an overlap is 30 days at the most. Seconds. */
export const LONGEST_OVERLAP: number = 30 * 86_400

/**
 * Gives a client a new secret; the old one stops now, or `overlap` seconds from now.
 *
 * @returns `undefined` when there is no such client, or it is revoked
 * @throws {OAuthError} invalid_client_metadata for a client without a secret, or an overlap out of range
 */
export const rotateSecret = async (
  server: Server,
  client_id: string,
  options: { overlap?: number | undefined; client_secret?: string | undefined } = {},
): Promise<RotatedClient | undefined> => {
  const overlap = options.overlap ?? 0
  if (!Number.isInteger(overlap) || overlap < 0 || overlap > LONGEST_OVERLAP) {
    throw new OAuthError('invalid_client_metadata', 'overlap: must be between 0 seconds and 30 days')
  }
  refuseWeak(options.client_secret)
  const client_secret = options.client_secret ?? server.secrets.clientSecret()
  const fresh = hashed(server, client_secret)
  const rotation = await server.store.write(() =>
    audited(server.audit(), rotateClientSecret(client_id, fresh, overlap, now(server)), (done) =>
      done === undefined || done instanceof OAuthError
        ? undefined
        : { type: 'client_secret_rotated', client_id, detail: overlapOf(done) },
    ),
  )
  if (rotation === undefined) return undefined
  if (rotation instanceof OAuthError) throw rotation
  server.events.emit({ type: 'client_secret_rotated', at: now(server), client_id, ...overlapOf(rotation) })
  return rotated(rotation, client_secret)
}

/**
 * Changes some members of a client; `null` takes an optional one back.
 *
 * @param changes is asked inside the transaction, for the client as it stands: the members to change, or why not
 * @returns `undefined` when there is no such client, or it is revoked
 * @throws {OAuthError} as `createClient`; and what `changes` returned instead of members
 */
export const updateClient = async (
  server: Server,
  client_id: string,
  changes: (client: Client) => GivenMetadata | Error,
): Promise<ClientInformation | undefined> => {
  const judge = (client: Client): ClientMetadata | Error => {
    try {
      const wanted = changes(client)
      return wanted instanceof Error ? wanted : changedMetadata(client, wanted)
    } catch (error) {
      // A work returns its refusals; thrown, they would roll back the works of others.
      if (error instanceof OAuthError) return error
      throw error
    }
  }
  const changed = await server.store.write(() => {
    let before: Client | undefined
    const judged = (client: Client): ClientMetadata | Error => {
      before = client
      return judge(client)
    }
    const change = changeClient(client_id, judged, now(server))
    return audited(server.audit(), change, (after) =>
      before === undefined || after === undefined || after instanceof Error
        ? undefined
        : { type: 'client_changed', client_id, detail: { changed: changedMembers(before, after) } },
    )
  })
  if (changed instanceof Error) throw changed
  if (changed === undefined) return undefined
  await publishKey(server, changed)
  return clientInformation(changed)
}

/** KEY-02: the key that what the client gets is signed with is published before the first signature. */
const publishKey = async (
  { keys }: Server,
  { profile, introspection_signed_response_alg: alg }: ClientMetadata,
): Promise<void> => {
  if (alg !== null) await keys.ensure(alg)
  if (isFapi({ profile })) await keys.ensure(FAPI_ALG)
}

/** Ends a client and all its tokens for good; `false` when there is none, or it was revoked before. */
export const revoke = async (server: Server, client_id: string): Promise<boolean> => {
  const revoked = await server.store.write(() =>
    audited(server.audit(), revokeClient(client_id, now(server)), (done) =>
      done ? { type: 'client_revoked', client_id } : undefined,
    ),
  )
  if (revoked) server.events.emit({ type: 'client_revoked', at: now(server), client_id })
  return revoked
}

/** @returns a client, revoked or not, with what `client:show` tells beside its registration */
export const describe = (server: Server, client_id: string): Promise<ClientDetail | undefined> =>
  server.store.read(describeClient(client_id, now(server)))

const refuseWeak = (client_secret: string | undefined): void => {
  if (client_secret === undefined || looksLikeSecret(client_secret)) return
  throw new OAuthError(
    'invalid_client_metadata',
    'client_secret: must be 16 to 256 printable ASCII characters',
  )
}

const hashed = (server: Server, client_secret: string): FreshSecret =>
  server.secrets.hashClientSecret(client_secret, server.clock())

const shown = (client: Client, client_secret: string | undefined): ClientWithSecret => ({
  ...clientInformation(client),
  ...(client_secret === undefined ? {} : { client_secret, client_secret_expires_at: 0 }),
})

const rotated = (rotation: Rotation, client_secret: string): RotatedClient => ({
  ...shown(rotation.client, client_secret),
  ...overlapOf(rotation),
})

const overlapOf = ({ previous_expires_at }: Rotation): { readonly previous_secret_expires_at?: number } =>
  previous_expires_at === undefined ? {} : { previous_secret_expires_at: previous_expires_at }

/** Their names alone: a JWK set or an address says more than a trail should keep. */
const changedMembers = (before: Client, after: Client): readonly string[] => {
  const was = new Map(Object.entries(before))
  const isChanged = ([name, value]: readonly [string, unknown]): boolean =>
    name !== 'updated_at' && JSON.stringify(value) !== JSON.stringify(was.get(name))
  return Object.entries(after)
    .filter(isChanged)
    .map(([name]) => name)
}
