/** Requests that are right only once: codes, and refresh tokens of which each is the current one. */
import Database from 'better-sqlite3'
import { sealSuccessor } from '../src/crypto/sealed-successor.ts'
import { newId } from '../src/crypto/secret.ts'
import { PREFIX } from '../src/protocol/token-form.ts'
import type { Server } from '../src/server.ts'
import { insertAuthorization } from '../src/store/authorization.ts'
import { insertAuthorizationCode } from '../src/store/authorization-code.ts'
import { insertRefreshToken } from '../src/store/refresh-token.ts'
import type { Work } from '../src/store/work.ts'
import { SCOPE } from './database.ts'
import { type Credentials, type FormRequest, formRequest } from './request.ts'

export interface Once {
  codes(count: number): readonly FormRequest[]
  refreshes(count: number): readonly FormRequest[]
  close(): void
}

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const DAY = 86_400

/** Writes rows beside the server, which is idle then. */
export const openOnce = (db: string, server: Server, apps: readonly Credentials[]): Once => {
  const database = new Database(db, { timeout: 5000 })
  database.pragma('synchronous = OFF')
  const statements = new Map<string, Database.Statement<[object]>>()
  const insert = (work: Work<void>): void => {
    for (let step = work.next([]); !step.done; step = work.next([])) {
      const { text, params } = step.value
      const statement = statements.get(text) ?? database.prepare<[object]>(text)
      statements.set(text, statement)
      statement.run(params)
    }
  }
  const make = (
    count: number,
    one: (app: Credentials, authorization_id: string, at: number) => Readonly<Record<string, string>>,
  ): readonly FormRequest[] => {
    const requests: FormRequest[] = []
    database.transaction(() => {
      for (let n = 0; n < count; n += 1) {
        const at = server.clock()
        const app = apps[n % apps.length] ?? { client_id: '', client_secret: '' }
        const authorization_id = newId(PREFIX.authorization, at)
        const now = Math.floor(at / 1000)
        insert(insertAuthorization(allowed(app.client_id, authorization_id, now)))
        requests.push(formRequest('/oauth/token', app, one(app, authorization_id, at)))
      }
    })()
    database.pragma('wal_checkpoint(TRUNCATE)')
    return requests
  }
  return {
    codes: (count) =>
      make(count, ({ client_id }, authorization_id, at) => {
        const { clear, id, hash, hash_key_id } = server.secrets.mint('authorization_code', at)
        const now = Math.floor(at / 1000)
        insert(
          insertAuthorizationCode({
            code_id: id,
            code_hash: hash,
            hash_key_id,
            authorization_id,
            client_id,
            redirect_uri: 'https://app.example/cb',
            code_challenge: CHALLENGE,
            dpop_jkt: null,
            wrong_tries: 0,
            // A run may begin late.
            expires_at: now + 600,
            authorization_expires_at: now + DAY,
            purge_at: now + DAY,
            used_at: null,
          }),
        )
        return { grant_type: 'authorization_code', code: clear, code_verifier: VERIFIER }
      }),
    refreshes: (count) =>
      make(count, ({ client_id }, authorization_id, at) => {
        const now = Math.floor(at / 1000)
        const common = {
          authorization_id,
          client_id,
          iat: now,
          exp: now + DAY,
          retries: 0,
          cnf: null,
          purge_at: now + DAY,
        }
        const before = server.secrets.mint('refresh_token', at)
        const current = server.secrets.mint('refresh_token', at)
        insert(
          insertRefreshToken({
            ...common,
            refresh_token_id: before.id,
            token_hash: before.hash,
            hash_key_id: before.hash_key_id,
            used_at: now,
            successor_id: current.id,
            sealed: null,
            sealed_until: null,
            answer_exp: null,
          }),
        )
        // It lies sealed, as when an app refreshes soon: that is wiped by its use.
        insert(
          insertRefreshToken({
            ...common,
            refresh_token_id: current.id,
            token_hash: current.hash,
            hash_key_id: current.hash_key_id,
            used_at: null,
            successor_id: null,
            sealed: sealSuccessor(before.clear, current.clear),
            sealed_until: now + 600,
            answer_exp: now + 3600,
          }),
        )
        return { grant_type: 'refresh_token', refresh_token: current.clear }
      }),
    close: () => void database.close(),
  }
}

const allowed = (
  client_id: string,
  authorization_id: string,
  now: number,
): Parameters<typeof insertAuthorization>[0] => ({
  authorization_id,
  client_id,
  sub: 'us_bench',
  username: 'bench',
  scope: SCOPE,
  resource: [],
  authorization_details: null,
  claims: null,
  auth_time: now,
  acr: null,
  amr: null,
  created_at: now,
  last_used_at: now,
  expires_at: now + DAY,
  revoked_at: null,
})
