/** The database that is measured: clients, and as many live tokens as were asked for. */
import Database from 'better-sqlite3'
import { createClient } from '../src/clients.ts'
import { registrableResource } from '../src/protocol/protected-resource.ts'
import { resourceKey } from '../src/protocol/resource.ts'
import { completeSettings } from '../src/protocol/settings.ts'
import { now, openServer, type Server } from '../src/server.ts'
import { insertResource } from '../src/store/resource.ts'
import type { Credentials } from './request.ts'

export interface Filled {
  /** They ask for tokens; the rows belong to them. */
  readonly clients: readonly Credentials[]
  /** It may introspect any token. */
  readonly caller: Credentials
  /** People have allowed them something. */
  readonly apps: readonly Credentials[]
  /** Live tokens from all over the table, in no order. */
  readonly tokens: readonly string[]
}

/** How many of the tokens are kept in the clear, to be introspected in turn. */
const SAMPLE = 1000
/** The rows seem to have been issued over the last half hour, and live on for as long: longer than a run. */
const HISTORY = 1_800_000
const BATCH = 10_000

/** An API whose tokens are JWTs. */
export interface JwtResource {
  readonly resource: string
  readonly signing_alg: 'EdDSA' | 'ES256'
}

export const JWT_RESOURCES: readonly JwtResource[] = [
  { resource: 'https://eddsa.example', signing_alg: 'EdDSA' },
  { resource: 'https://es256.example', signing_alg: 'ES256' },
]

/** Where the browser of each app goes back to. */
export const REDIRECT_URI = 'https://app.example/cb'

export const SCOPE = 'orders:read orders:write'

/** Makes the database with oauthd's own means, then writes rows without it, which takes about 10 s a million. */
export const fillDatabase = async (db: string, rows: number, clients: number): Promise<Filled> => {
  const settings = completeSettings({})
  const server = await openServer({ db, mode: 'create', settings })
  try {
    const owners: Credentials[] = []
    for (let n = 1; n <= clients; n += 1) owners.push(await register(server, `client ${n}`, 'own'))
    const caller = await register(server, 'resource server', 'any')
    const apps: Credentials[] = []
    for (let n = 1; n <= clients; n += 1) apps.push(await register(server, `app ${n}`, 'own', APP))
    for (const one of JWT_RESOURCES) await registerJwt(server, one)
    const tokens = insertTokens(db, server, owners, rows)
    return { clients: owners, caller, apps, tokens }
  } finally {
    await server.close()
  }
}

const MACHINE = { grant_types: ['client_credentials'] }
const APP = {
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT_URI],
}

const register = async (
  server: Server,
  client_name: string,
  introspect: string,
  kind: typeof MACHINE = MACHINE,
): Promise<Credentials> => {
  const client = await createClient(server, { client_name, ...kind, scope: SCOPE, introspect })
  if (client?.client_secret === undefined) throw new Error(`${client_name} got no secret`)
  return { client_id: client.client_id, client_secret: client.client_secret }
}

const registerJwt = async (server: Server, given: JwtResource): Promise<void> => {
  const resource = {
    ...registrableResource({ ...given, access_token_format: 'jwt' }),
    created_at: now(server),
  }
  await server.store.write(() => insertResource(resourceKey(resource.resource), resource))
  await server.keys.ensure(given.signing_alg)
}

const INSERT = `INSERT INTO oauth_access_token
    (jti, token_hash, hash_key_id, client_id, sub, grant_type, scope, aud, iat, exp)
  VALUES ($jti, $token_hash, $hash_key_id, $sub, $sub, 'client_credentials', $scope, NULL, $iat, $exp)`

const insertTokens = (
  db: string,
  server: Server,
  owners: readonly Credentials[],
  rows: number,
): readonly string[] => {
  const database = new Database(db)
  const kept: string[] = []
  const start = server.clock() - HISTORY
  const insert = database.prepare<[Readonly<Record<string, string | number | Uint8Array>>]>(INSERT)
  const insertSome = database.transaction((from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      const at = start + Math.floor((n * HISTORY) / rows)
      const { access_token, jti, token_hash, hash_key_id } = server.secrets.accessToken(at)
      const sub = owners[n % owners.length]?.client_id ?? ''
      const iat = Math.floor(at / 1000)
      const exp = iat + server.settings.access_token_ttl
      insert.run({ jti, token_hash, hash_key_id, sub, scope: SCOPE, iat, exp })
      if (Math.floor((n * SAMPLE) / rows) !== Math.floor(((n + 1) * SAMPLE) / rows)) kept.push(access_token)
    }
  })
  database.pragma('synchronous = OFF')
  for (let from = 0; from < rows; from += BATCH) insertSome(from, Math.min(rows, from + BATCH))
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
  return scattered(kept)
}

/** Each a large step from the last, so that neighbours in the table are not asked for one after the other. */
const scattered = (tokens: readonly string[]): readonly string[] => {
  const step = 389
  const coprime = tokens.length % step === 0 ? 1 : step
  return tokens.map((token, n) => tokens[(n * coprime) % tokens.length] ?? token)
}

/** How many tokens the database holds now. */
export const countTokens = (db: string): number => {
  const database = new Database(db, { readonly: true })
  try {
    return Number(database.prepare('SELECT count(*) FROM oauth_access_token').pluck().get())
  } finally {
    database.close()
  }
}
