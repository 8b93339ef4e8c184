/** An approval as it comes to be judged: a web client, a person in a session, and what they said. */
import type { Approval } from '../../src/actions/authorization.ts'
import type { AuthorizationRequest } from '../../src/protocol/authorization-request.ts'
import type { Client } from '../../src/protocol/client-metadata.ts'
import type { StoredAuthorizationRequest } from '../../src/store/authorization-request.ts'
import type { Row } from '../../src/store/work.ts'
import { literalClient } from '../_step.ts'
import { NOW } from '../_store.ts'

export const REQUEST: AuthorizationRequest = {
  client_id: 'cl_1',
  redirect_uri: 'https://a.example/cb',
  state: 's',
  scope: 'a b',
  resource: ['https://api.example'],
  authorization_details: null,
  dpop_jkt: null,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  prompt: '',
  max_age: null,
  login_hint: null,
  ui_locales: null,
}

export const STORED: StoredAuthorizationRequest = {
  ...REQUEST,
  request_id: 'ar_1',
  browser_mac: 'mac',
  session_id: null,
  decision: null,
  created_at: NOW,
  expires_at: NOW + 900,
  used_at: null,
}

export const CLIENT: Client = literalClient({
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['https://a.example/cb'],
})

export const approval = (given: Partial<Approval> = {}): Approval => ({
  request: STORED,
  client: CLIENT,
  person: { sub: 'us_1', username: 'ana', auth_time: NOW - 10, acr: null, amr: null },
  session_id: 's1',
  scope: 'a b',
  claims: null,
  answer: 'once',
  fresh: {
    authorization_id: 'au_1',
    code: { id: 'code_1', hash: 'hash_1', hash_key_id: 'hk_1' },
  },
  now: NOW,
  lifetimes: { code_ttl: 60, refresh_ttl: 1000, access_token_ttl: 100 },
  ...given,
})

/** The row of a consent of that person to that client. */
export const consentRow = (given: Row = {}): Row => ({
  sub: 'us_1',
  client_id: 'cl_1',
  allowed: JSON.stringify([{ resource: 'https://api.example', scope: 'a b', remembered: 'a b' }]),
  created_at: 1,
  updated_at: 1,
  ...given,
})

/** What a session's row is looked at for here: that it is there. */
export const SESSION_ROW: Row = { session_id: 's1' }
