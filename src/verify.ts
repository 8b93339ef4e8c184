/**
 * `oauthd/verify`: tokens of an oauthd that runs elsewhere, checked by an app of one's own. Loads no
 * server, no command line.
 */

import { createSecrets } from './crypto/secret.ts'
import { openHashKeys } from './hash-keys.ts'
import { createKeyring } from './keyring.ts'
import { keptMasterSecret, SecretError } from './master-secret.ts'
import { introspectionOf } from './outbound/introspection.ts'
import { remoteKeys } from './outbound/remote-keys.ts'
import { OAuthError } from './protocol/error.ts'
import { DEFAULT_ALG } from './protocol/key-state.ts'
import type { Principal } from './protocol/principal.ts'
import { completeSettings } from './protocol/settings.ts'
import type { Verifier } from './resource/verifier.ts'
import { fileVerifier } from './resource/verifier-file.ts'
import { introspectionVerifier } from './resource/verifier-introspection.ts'
import { jwtVerifier } from './resource/verifier-jwt.ts'
import {
  checkedOptions,
  type FileOptions,
  type IntrospectionOptions,
  type JwksOptions,
  type VerifierOptions,
} from './resource/verifier-options.ts'
import { createSeals } from './seals.ts'
import { listHashKeys } from './store/hash-key.ts'
import { openReadOnly } from './store/open-read-only.ts'
import { StoreError } from './store/store-error.ts'
import { realAlarm } from './store/timers.ts'

export type { FileOptions, IntrospectionOptions, JwksOptions, Principal, Verifier, VerifierOptions }
export { OAuthError, SecretError, StoreError }

/** A verifier that this program has opened. */
export interface OpenVerifier extends Verifier {
  /** Ends it; `verify` rejects from then on. */
  close(): Promise<void>
}

/**
 * Opens a verifier, which may stand wherever the middleware takes a server. It needs one of three:
 *
 * - `{ db, secret?, issuer? }`: the server's SQLite file on this machine, read-only. What is revoked is
 *   refused from the next request on. Nothing is made or migrated. Where an app has the server inside,
 *   `issuer` is that server's (decision 0014).
 * - `{ introspection: { issuer, client_id, client_secret, cache_seconds? } }`: asks the server about each
 *   token (RFC 7662). A revocation is seen at once, or after `cache_seconds`. With 256 questions under way
 *   one more is refused as if the server were down.
 * - `{ jwks: { issuer, audience } }`: checks signed tokens (RFC 9068) by the server's public keys. A
 *   revocation is never seen: a token lives until it expires.
 *
 * Each takes `public_url` too, where clients reach the API, for tokens that are bound by DPoP (RFC 9449): a request
 * with a proof for that address passes, once in this process.
 *
 * `verify` gives `undefined` for every token that is not live, and rejects when it cannot know: with a
 * `StoreError` or `SecretError` for the file, with an `OAuthError` `temporarily_unavailable`, its `cause`
 * saying why, for a server that cannot be asked. That is never a yes; the middleware answers 503.
 *
 * @throws {TypeError} naming the option that is unknown or wrong
 * @throws {StoreError | SecretError} when the file is not there, is none of ours, or needs migrating, or
 *   when there is no master secret
 */
export const createVerifier = (options: VerifierOptions): OpenVerifier => {
  const checked = checkedOptions(options)
  const { public_url } = checked
  switch (checked.kind) {
    case 'db':
      return openFile(checked.options, public_url)
    case 'introspection': {
      const { cache_seconds = 0, ...caller } = checked.options
      const ask = introspectionOf(caller)
      return introspectionVerifier({ ask, cache_seconds, clock: Date.now, public_url })
    }
    case 'jwks': {
      const { issuer, audience } = checked.options
      return jwtVerifier({ issuer, audience, keyOf: remoteKeys(issuer), clock: Date.now, public_url })
    }
  }
}

const openFile = ({ db, secret, issuer }: FileOptions, public_url: string | undefined): OpenVerifier => {
  const store = openReadOnly(db, { clock: Date.now })
  try {
    const given = secret ?? process.env['OAUTHD_SECRET']
    const master = keptMasterSecret(db, given)
    const seals = createSeals(master, () => keptMasterSecret(db, given))
    const keys = store.read(listHashKeys()).then((rows) => {
      // Somebody has made the tables, and nothing that could be opened.
      if (rows.length === 0) throw new StoreError('database_not_found', `no keys in the database: ${db}`)
      return openHashKeys(rows, { store, seals, clock: Date.now, alarm: realAlarm, onFault: () => {} })
    })
    const secrets = keys.then(createSecrets)
    // Told to the first who asks, and to nobody before.
    secrets.catch(() => {})
    const default_issuer = completeSettings({}).issuer
    const close = (): Promise<void> => {
      void keys.then(
        ({ stop }) => stop(),
        () => {},
      )
      return store.close()
    }
    const signing = createKeyring({
      store,
      seals,
      clock: Date.now,
      audit: changesNothing,
      default_alg: DEFAULT_ALG,
    })
    return fileVerifier({
      store,
      secrets,
      keys: signing,
      issuer,
      default_issuer,
      clock: Date.now,
      public_url,
      close,
    })
  } catch (error) {
    void store.close()
    throw error
  }
}

/** The file is open for reading alone. */
const changesNothing = (): never => {
  throw new Error('a verifier changes nothing')
}
