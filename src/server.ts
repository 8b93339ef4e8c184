import { existsSync } from 'node:fs'
import { type Actor, type Audit, createAudit } from './audit-trail.ts'
import { type ClientFailures, createClientFailures } from './client-failures.ts'
import { type Counters, createCounters } from './counters.ts'
import type { Certificate } from './crypto/client-certificate.ts'
import { createPasswords, type Passwords } from './crypto/password.ts'
import { randomBytes } from './crypto/random.ts'
import { seal, sealKeys } from './crypto/seal.ts'
import { createSecrets, newId, type Secrets } from './crypto/secret.ts'
import { createEvents, type Events } from './events.ts'
import { type LiveHashKeys, type LiveHashKeysOptions, openHashKeys } from './hash-keys.ts'
import { createHousekeeping, type Housekeeping } from './housekeeping.ts'
import { createKeyring, type Keyring } from './keyring.ts'
import {
  findMasterSecret,
  generateMasterSecret,
  keptMasterSecret,
  keyFile,
  type MasterSecret,
} from './master-secret.ts'
import { createOpenRequests, type OpenRequests } from './open-requests.ts'
import type { Lookup } from './outbound/name-servers.ts'
import type { RemoteJwks, RemoteJwksOptions } from './outbound/remote-jwks.ts'
import type { PageFiles } from './page-files.ts'
import { fapiAlg, isFapi, underFapi } from './protocol/fapi.ts'
import { isLoopbackIssuer } from './protocol/issuer.ts'
import { DEFAULT_ALG } from './protocol/key-state.ts'
import type { Settings } from './protocol/settings.ts'
import { PREFIX } from './protocol/token-form.ts'
import { createSeals, type Seals } from './seals.ts'
import { insertFirstHashKey, listHashKeys } from './store/hash-key.ts'
import { openStore } from './store/open.ts'
import { createRegistry, type Registry } from './store/registry.ts'
import { createSealedWipe, type SealedWipe } from './store/sealed-wipe.ts'
import { type Alarm, realAlarm } from './store/timers.ts'
import type { Store } from './store/work.ts'

/** Epoch milliseconds; injected, so that a test owns the time. */
export type Clock = () => number

/**
 * Where the server tells what happened; pino's shape. Secrets never reach it (LG-01). `fields` of a
 * request have its `request_id`, those of a fault the error as `err`.
 */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** The settings that the middle of the house needs: all but those of who opens and listens. */
export type ServerSettings = Omit<Settings, 'db' | 'host' | 'port'>

export interface ServerOptions {
  readonly db: string
  /** An open better-sqlite3 database of the app's on that file. */
  readonly beside?: object | undefined
  /** `create`: made when missing; `migrate`: brought up to date; `existing`: as it is, or an error. */
  readonly mode: 'create' | 'migrate' | 'existing'
  readonly settings: ServerSettings
  /** The master secret; without it the key file beside the database is used. */
  readonly secret?: string | undefined
  /** What the pages are dressed with; a server that serves none needs none. */
  readonly page_files?: PageFiles | undefined
  /** Who must have issued client certificates that a proxy hands on; none: the proxy has seen to it. */
  readonly client_authorities?: readonly Certificate[] | undefined
  readonly clock?: Clock | undefined
  readonly passwords?: Passwords | undefined
  /** How it waits to wipe sealed copies and to remove what is over. */
  readonly alarm?: Alarm | undefined
  /** How the names of other people's hosts are resolved. */
  readonly lookup?: Lookup | undefined
  readonly log?: Log | undefined
  /** Whom the audit trail names for what no request does; `cli` by default. */
  readonly actor?: Actor | undefined
  readonly onWarning?: ((warning: { code: string; message: string }) => void) | undefined
}

/** Settings, store and keys in one value: what the three faces are handed. */
export interface Server {
  readonly settings: ServerSettings
  readonly store: Store
  readonly registry: Registry
  readonly secrets: Secrets
  readonly page_files: PageFiles
  readonly client_authorities: readonly Certificate[]
  /** Who serves sweeps once at the start: `sealed.sweep()` (RT-11). */
  readonly sealed: SealedWipe
  /** Who serves starts it: what is over goes by itself (LG-03). */
  readonly housekeeping: Housekeeping
  readonly passwords: Passwords
  readonly client_failures: ClientFailures
  readonly open_requests: OpenRequests
  readonly clock: Clock
  readonly log: Log
  readonly events: Events
  /** What has been answered, issued and refused since the start. */
  readonly counters: Counters
  /** The audit trail (LG-02). */
  readonly audit: Audit
  /** Which files were made by opening. */
  readonly created: readonly string[]
  /** The copy that opening made of an older database before it migrated it. */
  readonly copied: string | undefined
  /** Where the master secret came from. */
  readonly secret_source: string
  /** The keys that sign, and the JWK set. */
  readonly keys: Keyring
  readonly hash_keys: LiveHashKeys
  /** What rests sealed under the master secret. */
  readonly seals: Seals
  /** The keys that clients publish. */
  readonly remote_jwks: RemoteJwks
  close(): Promise<void>
}

const SILENT: Log = { info() {}, warn() {}, error() {} }

/** Epoch seconds of a server's clock. */
export const now = (server: { readonly clock: Clock }): number => Math.floor(server.clock() / 1000)

/**
 * Opens the database and its keys.
 *
 * @throws {StoreError} when the database cannot be opened
 * @throws {SecretError} when the master secret is missing, short or another one
 */
export const openServer = async (options: ServerOptions): Promise<Server> => {
  const { db, settings } = options
  const clock = options.clock ?? Date.now
  const log = options.log ?? SILENT
  const found = findMasterSecret(db, options.secret)
  const existed = existsSync(db)
  const store = await openStore(db, {
    mode: options.mode,
    now: Math.floor(clock() / 1000),
    clock,
    beside: options.beside,
    onWarning: options.onWarning,
    // Before anything is migrated: an older oauthd with the right secret must still find what it left.
    async mayMigrate(sealed) {
      if (sealed.length === 0) return
      const master = found ?? keptMasterSecret(db)
      const seals = createSeals(master)
      await Promise.all(sealed.map((row) => seals.open(row.hash_key_id, row.sealed)))
    },
  })
  if (store.copied !== undefined) log.info({ copy: store.copied }, 'copied the database before its migration')
  try {
    const master = found ?? (await firstMasterSecret(store, db, options.mode))
    const seals = createSeals(master, () => keptMasterSecret(db, options.secret))
    const timed = {
      clock,
      alarm: options.alarm ?? realAlarm,
      onFault: (err: unknown) => log.error({ err }, 'fault'),
    }
    const hash_keys = await firstHashKeys(store, master, { ...timed, store, seals })
    const audit = createAudit(options.actor ?? 'cli', hash_keys, clock)
    const sealed = createSealedWipe(store, timed)
    const housekeeping = createHousekeeping(store, timed)
    const secrets = createSecrets(hash_keys)
    return {
      settings,
      store,
      registry: createRegistry(store, isFapi(settings) ? underFapi : undefined),
      secrets,
      page_files: options.page_files ?? { css: '', logo: undefined },
      client_authorities: options.client_authorities ?? [],
      sealed,
      housekeeping,
      passwords: options.passwords ?? createPasswords(),
      client_failures: createClientFailures(store, secrets.limitKey),
      open_requests: createOpenRequests(),
      clock,
      log,
      events: createEvents((err, event) => log.error({ err, event }, 'listener failed')),
      audit,
      counters: createCounters(),
      created: [...(existed ? [] : [db]), ...(found === undefined ? [keyFile(db)] : [])],
      copied: store.copied,
      secret_source: master.source,
      hash_keys,
      seals,
      keys: createKeyring({ store, seals, clock, audit, default_alg: fapiAlg(DEFAULT_ALG, settings) }),
      remote_jwks: lazyRemoteJwks({
        clock,
        lookup: options.lookup,
        allow_loopback: isLoopbackIssuer(settings.issuer),
      }),
      close() {
        sealed.stop()
        housekeeping.stop()
        hash_keys.stop()
        return store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A secret is generated only for a database that has nothing to open with an older one. */
const firstMasterSecret = async (
  store: Store,
  db: string,
  mode: ServerOptions['mode'],
): Promise<MasterSecret> => {
  const sealed = await store.read(listHashKeys())
  if (sealed.length === 0 && mode === 'create') return generateMasterSecret(db)
  return keptMasterSecret(db)
}

/** The hash keys; the first of a database is made here. */
const firstHashKeys = async (
  store: Store,
  master: MasterSecret,
  options: LiveHashKeysOptions,
): Promise<LiveHashKeys> => {
  let rows = await store.read(listHashKeys())
  if (rows.length === 0) {
    const at = options.clock()
    const hash_key_id = newId(PREFIX.hash_key, at)
    const sealed = await seal(sealKeys(master.secret), hash_key_id, randomBytes(32))
    await store.write(() => insertFirstHashKey({ hash_key_id, sealed }, Math.floor(at / 1000)))
    rows = await store.read(listHashKeys())
  }
  return openHashKeys(rows, options)
}

/** A command that asks nobody loads nothing to ask with. */
const lazyRemoteJwks = (options: RemoteJwksOptions): RemoteJwks => {
  let made: Promise<RemoteJwks> | undefined
  const remote = (): Promise<RemoteJwks> => {
    made ??= import('./outbound/remote-jwks.ts').then((room) => room.createRemoteJwks(options))
    return made
  }
  return {
    latest: async (client_id, jwks_uri) => (await remote()).latest(client_id, jwks_uri),
    renewed: async (client_id, jwks_uri) => (await remote()).renewed(client_id, jwks_uri),
  }
}
