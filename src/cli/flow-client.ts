import { hasSecret, isConfidential } from '../protocol/auth-method.ts'
import { type Client, hasBoundTokens } from '../protocol/client-metadata.ts'
import { findClient } from '../store/client.ts'
import { StoreError } from '../store/store-error.ts'
import { findActive } from './client-find.ts'
import type { Context } from './command.ts'
import { failed, misused } from './failure.ts'
import { type Flag, toggle } from './flag.ts'
import type { FlowClient } from './flow-server.ts'
import { withServer } from './open.ts'
import { readSecretFromStdin } from './read-secret.ts'

/** Where the secret of a client comes from; never an argument, which `ps` shows. */
export const CLIENT_SECRET_FLAGS: { readonly client_secret_stdin: Flag<boolean> } = {
  client_secret_stdin: toggle('take the client secret from stdin (default: env OAUTH_CLIENT_SECRET)'),
}

/** A client, and the server that knows it. */
export interface Known {
  readonly issuer: string
  /** `undefined`: it is registered at another server, or in another database. */
  readonly client: Client | undefined
}

/**
 * Looks a client up in the local database. Without `--issuer` it must be there; with it the server may
 * be anywhere.
 * @throws {Failure} exit 3 when it is not there, or cannot use this grant
 */
export const knownClient = async (call: Context, client_id: string, grant_type: string): Promise<Known> => {
  const { settings, given } = await call.config()
  const isElsewhere = given.issuer !== undefined
  try {
    return await withServer(call, 'existing', async (server) => {
      const client = isElsewhere
        ? await server.store.read(findClient(client_id))
        : await findActive(server, client_id)
      if (client !== undefined && !client.grant_types.includes(grant_type)) {
        throw failed(
          'unauthorized_client',
          `client ${client_id} is not registered for ${grant_type}`,
          `oauthd client:show ${client_id} lists its grants`,
        )
      }
      return { issuer: server.settings.issuer, client }
    })
  } catch (error) {
    if (!isElsewhere || !(error instanceof StoreError) || error.code !== 'database_not_found') throw error
    return { issuer: settings.issuer, client: undefined }
  }
}

/**
 * The client as it authenticates. One that is known to be public has no secret; one that is not known has
 * one if it was given.
 * @throws {Failure} exit 1 when it has a key instead, which nobody but itself should see; exit 2 when it needs a
 *   secret and nobody can be asked
 */
export const withSecret = async (
  { ask }: Pick<Context, 'ask'>,
  flags: { readonly client_secret_stdin: boolean },
  {
    client_id,
    client,
    isSecretNeeded,
  }: Pick<Known, 'client'> & {
    readonly client_id: string
    readonly isSecretNeeded: boolean
  },
): Promise<FlowClient> => {
  const method =
    client?.token_endpoint_auth_method === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic'
  if (client !== undefined && !isConfidential(client)) return { client_id, client_secret: undefined, method }
  if (client !== undefined && !hasSecret(client)) throw keyed(client)
  const source = { what: 'client secret', ask }
  if (flags.client_secret_stdin)
    return { client_id, client_secret: await readSecretFromStdin(source), method }
  const given = process.env['OAUTH_CLIENT_SECRET']
  if (given !== undefined && given !== '') return { client_id, client_secret: given, method }
  if (client === undefined && !isSecretNeeded) return { client_id, client_secret: undefined, method }
  if (!ask.interactive) {
    throw misused(
      `client ${client_id} has a secret, which is required`,
      'pipe it in with --client-secret-stdin, or set OAUTH_CLIENT_SECRET',
    )
  }
  const flag = '--client-secret-stdin'
  return { client_id, client_secret: await ask.secret({ flag, message: 'Client secret:' }), method }
}

const keyed = (client: Client): Error => {
  const { client_id, token_endpoint_auth_method: method } = client
  return failed(
    'client_has_key',
    `client ${client_id} authenticates by ${method}, which takes a key that is not here`,
    hasBoundTokens(client)
      ? 'its tokens are bound to a key as well: only the client itself can ask for one'
      : `oauthd token:create --client ${client_id} mints a token without it`,
  )
}
