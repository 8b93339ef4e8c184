/** Rows of what people allow, with nothing in them but what a test speaks of. */
import { type Authorization, insertAuthorization } from '../../src/store/authorization.ts'
import { type AuthorizationCode, insertAuthorizationCode } from '../../src/store/authorization-code.ts'
import {
  insertAuthorizationRequest,
  type StoredAuthorizationRequest,
} from '../../src/store/authorization-request.ts'
import { insertPushedRequest, type PushedRequest } from '../../src/store/pushed-request.ts'
import { insertRefreshToken, type RefreshToken } from '../../src/store/refresh-token.ts'
import { insertSession, type Session } from '../../src/store/session.ts'
import type { Work } from '../../src/store/work.ts'
import { NOW } from '../_store.ts'

/** What us_1 allowed cl_1 for a day. */
export const authorizationRow = (given: Partial<Authorization> = {}): Authorization => ({
  authorization_id: 'au_1',
  client_id: 'cl_1',
  sub: 'us_1',
  username: 'ana',
  scope: 'a b',
  resource: [],
  authorization_details: null,
  claims: null,
  auth_time: NOW,
  acr: null,
  amr: null,
  created_at: NOW,
  last_used_at: NOW,
  expires_at: NOW + 86_400,
  revoked_at: null,
  ...given,
})

export const putAuthorization = (given: Partial<Authorization> = {}): Work<void> =>
  insertAuthorization(authorizationRow(given))

export const codeRow = (given: Partial<AuthorizationCode> = {}): AuthorizationCode => ({
  code_id: 'code_1',
  code_hash: 'hash',
  hash_key_id: 'hk_1',
  authorization_id: 'au_1',
  client_id: 'cl_1',
  redirect_uri: 'https://a.example/cb',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  dpop_jkt: null,
  wrong_tries: 0,
  expires_at: NOW + 60,
  authorization_expires_at: NOW + 86_400,
  purge_at: NOW + 60,
  used_at: null,
  ...given,
})

export const putCode = (given: Partial<AuthorizationCode> = {}): Work<void> =>
  insertAuthorizationCode(codeRow(given))

export const refreshTokenRow = (given: Partial<RefreshToken> = {}): RefreshToken => ({
  refresh_token_id: 'rt_1',
  token_hash: 'hash',
  hash_key_id: 'hk_1',
  authorization_id: 'au_1',
  client_id: 'cl_1',
  iat: NOW,
  exp: NOW + 3600,
  used_at: null,
  successor_id: null,
  sealed: null,
  sealed_until: null,
  answer_exp: null,
  retries: 0,
  cnf: null,
  purge_at: NOW + 86_400,
  ...given,
})

export const putRefreshToken = (given: Partial<RefreshToken> = {}): Work<void> =>
  insertRefreshToken(refreshTokenRow(given))

export const putRequest = (given: Partial<StoredAuthorizationRequest> = {}): Work<void> =>
  insertAuthorizationRequest({
    request_id: 'ar_1',
    client_id: 'cl_1',
    redirect_uri: 'https://a.example/cb',
    state: null,
    scope: 'a',
    resource: [],
    authorization_details: null,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    dpop_jkt: null,
    prompt: '',
    max_age: null,
    login_hint: null,
    ui_locales: null,
    browser_mac: 'mac',
    session_id: null,
    decision: null,
    created_at: NOW,
    expires_at: NOW + 900,
    used_at: null,
    ...given,
  })

export const putSession = (given: Partial<Session> = {}): Work<void> =>
  insertSession({
    session_id: 'session_1',
    session_hash: 'hash',
    hash_key_id: 'hk_1',
    sub: 'us_1',
    username: 'ana',
    user_agent: null,
    auth_time: NOW,
    expires_at: NOW + 3600,
    ...given,
  })

/** What cl_1 pushed, for a minute and a half. */
export const putPushedRequest = (given: Partial<PushedRequest> = {}): Work<void> =>
  insertPushedRequest({
    pushed_id: 'pushed_1',
    request_hash: 'hash',
    hash_key_id: 'hk_1',
    client_id: 'cl_1',
    parameters: 'client_id=cl_1',
    is_signed: 0,
    created_at: NOW,
    expires_at: NOW + 90,
    used_at: null,
    request_id: null,
    ...given,
  })
