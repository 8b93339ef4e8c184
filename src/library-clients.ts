import {
  type ClientWithSecret,
  createClient,
  type RotatedClient,
  revoke,
  rotateSecret,
  updateClient,
} from './clients.ts'
import { type ConsentInformation, listConsents, withdraw } from './consents.ts'
import { knownMembers, text } from './library-arguments.ts'
import { type ClientInformation, clientInformation } from './protocol/client-information.ts'
import type { GivenMetadata } from './protocol/client-metadata.ts'
import type { Server } from './server.ts'
import { findClient, listClients } from './store/client.ts'

/**
 * The clients of a server, as RFC 7591 objects. Unknown and revoked ids give `undefined`. A secret is
 * shown by `create` and `rotateSecret` only.
 */
export interface OAuthClients {
  /**
   * Registers a client: `client_name`, `redirect_uris`, `grant_types`, `scope`, `token_endpoint_auth_method`
   * (`none` for a public one; `private_key_jwt` with `jwks` or `jwks_uri`), `first_party`, `owner` (`'TYPE:ID'`), …
   *
   * @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri`, `invalid_scope`
   * @see RFC 7591 section 2
   */
  create(metadata: GivenMetadata): Promise<ClientWithSecret>
  /** The registration of a client that is not revoked (RFC 7591 section 3.2.1), without its secret. */
  get(client_id: string): Promise<ClientInformation | undefined>
  /** Clients that are not revoked, by id; at most `limit` (100), from behind `after`. */
  list(page?: { after?: string; limit?: number }): Promise<readonly ClientInformation[]>
  /** Changes the members given; `null` takes an optional one back. @throws {OAuthError} as `create` */
  update(client_id: string, changes: GivenMetadata): Promise<ClientInformation | undefined>
  /**
   * The old secret stops now, or `overlap` seconds from now (30 days at the most).
   *
   * @throws {OAuthError} `invalid_client_metadata` for a client without a secret, and for an overlap out of range
   */
  rotateSecret(client_id: string, options?: { overlap?: number }): Promise<RotatedClient | undefined>
  /** Ends the client and all its tokens for good; `false` when there was none to end. */
  revoke(client_id: string): Promise<boolean>
}

/** What people have allowed clients, remembered or not. */
export interface OAuthConsents {
  /** What `sub` has allowed, by client_id; 1000 at the most. */
  list(of: { sub: string }): Promise<readonly ConsentInformation[]>
  /**
   * Takes back what `sub` allowed the client: it has to ask again, and every code and token of it is
   * dead when this resolves. `false` when there was nothing to take back.
   */
  revoke(of: { sub: string; client_id: string }): Promise<boolean>
}

export const clientsOf = (server: Server): OAuthClients => ({
  async create(metadata) {
    const client = await createClient(server, metadata)
    if (client === undefined) throw new Error('a generated client_id was taken; call again')
    return client
  },
  async get(client_id) {
    const client = await server.store.read(findClient(text(client_id, 'client_id')))
    return client === undefined || client.revoked_at !== null ? undefined : clientInformation(client)
  },
  async list(page = {}) {
    knownMembers(page, 'page', ['after', 'limit'], 'a member of page')
    const { after, limit = 100 } = page
    if (after !== undefined) text(after, 'after')
    if (!Number.isInteger(limit) || limit < 1) throw new TypeError('limit must be a whole number from 1 on')
    return (await server.store.read(listClients({ status: 'active', after, limit }))).map(clientInformation)
  },
  update: async (client_id, changes) => updateClient(server, text(client_id, 'client_id'), () => changes),
  async rotateSecret(client_id, options = {}) {
    knownMembers(options, 'options', ['overlap'], 'an option of rotateSecret')
    return rotateSecret(server, text(client_id, 'client_id'), options)
  },
  revoke: async (client_id) => revoke(server, text(client_id, 'client_id')),
})

export const consentsOf = (server: Server): OAuthConsents => ({
  async list(of) {
    const { sub } = knownMembers(of, 'the argument', ['sub'], 'something to list consents by')
    return listConsents(server, { sub: text(sub, 'sub'), limit: 1000 })
  },
  async revoke(of) {
    const { sub, client_id } = knownMembers(of, 'the argument', ['sub', 'client_id'], 'of a consent')
    const pair = { sub: text(sub, 'sub'), client_id: text(client_id, 'client_id') }
    return (await withdraw(server, pair)) !== undefined
  },
})
