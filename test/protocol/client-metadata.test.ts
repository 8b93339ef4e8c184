import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isConfidential } from '../../src/protocol/auth-method.ts'
import {
  type ClientMetadata,
  changedMetadata,
  type GivenMetadata,
  registrable,
} from '../../src/protocol/client-metadata.ts'
import { DEFAULT_SECURITY } from '../../src/protocol/client-security.ts'
import type { ErrorCode } from '../../src/protocol/error.ts'
import { refusal } from './_refusal.ts'

const SHOP = { client_name: 'Shop', redirect_uris: ['https://shop.example/cb'] }
const CRON = { client_name: 'Cron', grant_types: ['client_credentials'] }

const refused = (given: GivenMetadata, words: RegExp, error: ErrorCode = 'invalid_client_metadata'): void => {
  assert.match(refusal(error, () => registrable(given)).error_description, words)
}

test('contract, client:create: with a redirect URI and no grant, authorization_code and refresh_token', () => {
  assert.deepEqual(registrable(SHOP), {
    client_name: 'Shop',
    redirect_uris: ['https://shop.example/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: '',
    token_endpoint_auth_method: null,
    first_party: false,
    owner: null,
    introspect: 'own',
    resource: [],
    access_token_ttl: null,
    code_ttl: null,
    refresh_token_ttl: null,
    refresh_idle_ttl: null,
    refresh_grace: null,
    refresh_rotate: 'always',
    ...DEFAULT_SECURITY,
  } satisfies ClientMetadata)
})

test('RFC 7591 section 2: everything that is given is registered', () => {
  const given = {
    ...SHOP,
    grant_types: ['authorization_code', 'client_credentials'],
    scope: 'b a introspect',
    token_endpoint_auth_method: 'client_secret_post',
    first_party: true,
    owner: 'team:7',
    introspect: 'any',
    resource: ['https://api.example'],
    access_token_ttl: 600,
    code_ttl: 30,
    refresh_token_ttl: 86_400,
    refresh_idle_ttl: 3600,
    refresh_grace: 0,
    refresh_rotate: 'never',
  } as const
  assert.deepEqual(registrable(given), { ...DEFAULT_SECURITY, ...given })
})

test('RFC 7591 section 2: what was given is copied, so that nobody changes it afterwards', () => {
  const redirect_uris = [...SHOP.redirect_uris]
  const metadata = registrable({ ...SHOP, redirect_uris })
  redirect_uris.push('https://attack.example/cb')
  assert.deepEqual(metadata.redirect_uris, SHOP.redirect_uris)
})

test('contract, client:create: without a redirect URI and without a grant there is nothing to register', () => {
  refused({ client_name: 'A' }, /^grant_types: needs at least one of /)
  refused({ ...SHOP, grant_types: [] }, /^grant_types: needs at least one of /)
})

test('RFC 7591 section 2.1: grant types and redirect URIs go together', () => {
  refused(
    { client_name: 'A', grant_types: ['authorization_code'] },
    /^redirect_uris: authorization_code needs/,
  )
  refused({ ...CRON, redirect_uris: ['https://a.example/cb'] }, /^redirect_uris: only authorization_code/)
  refused(
    { ...CRON, grant_types: ['client_credentials', 'refresh_token'] },
    /^grant_types: refresh_token needs/,
  )
})

test('MD-05: a grant type that this server cannot do is not registered', () => {
  for (const grant_type of [
    'password',
    'device_code',
    'token_exchange',
    'urn:ietf:params:oauth:grant-type:device_code',
    '',
  ]) {
    refused(
      { ...SHOP, grant_types: ['authorization_code', grant_type] },
      /^grant_types: must be authorization_code, /,
    )
  }
})

test('TK-09: client_credentials is for confidential clients', () => {
  refused(
    { ...CRON, token_endpoint_auth_method: 'none' },
    /^grant_types: client_credentials is not for a public/,
  )
})

test('IN-01: a public client may not introspect everything', () => {
  refused(
    { ...SHOP, token_endpoint_auth_method: 'none', introspect: 'any' },
    /^introspect: any is not for a public/,
  )
})

test('contract, settled points: reserved scopes are only for clients with client_credentials', () => {
  refused({ ...SHOP, scope: 'a introspect' }, /^scope: /, 'invalid_scope')
  refused({ ...SHOP, scope: 'oauthd:interactions' }, /^scope: /, 'invalid_scope')
  assert.equal(registrable({ ...CRON, scope: 'oauthd:interactions' }).scope, 'oauthd:interactions')
})

test('CA-07: a method left out stays out, and is not the same as none', () => {
  assert.equal(registrable(SHOP).token_endpoint_auth_method, null)
  assert.equal(isConfidential(registrable(SHOP)), true)
  assert.equal(
    isConfidential(registrable({ ...SHOP, token_endpoint_auth_method: 'client_secret_basic' })),
    true,
  )
  assert.equal(isConfidential(registrable({ ...SHOP, token_endpoint_auth_method: 'none' })), false)
})

test('MD-05: an authentication method that this server cannot do is not registered', () => {
  for (const method of ['client_secret_jwt', 'tls_client', '']) {
    refused({ ...SHOP, token_endpoint_auth_method: method }, /^token_endpoint_auth_method: must be /)
  }
})

test('RFC 7591 section 3.2.2: a bad redirect URI is invalid_redirect_uri, and says which', () => {
  const redirect_uris = ['https://a.example/cb', 'http://a.example/cb']
  refused({ ...SHOP, redirect_uris }, /^redirect_uris\[1\]: must be https/, 'invalid_redirect_uri')
})

test('RU-04: a private-use scheme needs the client to be public', () => {
  const phone = { client_name: 'Phone', redirect_uris: ['com.example.phone:/cb'] }
  refused(phone, /private-use/, 'invalid_redirect_uri')
  assert.deepEqual(
    registrable({ ...phone, token_endpoint_auth_method: 'none' }).redirect_uris,
    phone.redirect_uris,
  )
})

test('RFC 8707 section 2: a resource that could never be asked for is not registered', () => {
  refused({ ...CRON, resource: ['https://a.example', 'api'] }, /^resource\[1\]: must be absolute/)
  const longest = `https://a.example/${'x'.repeat(2030)}`
  assert.equal(registrable({ ...CRON, resource: [longest] }).resource.length, 1)
  refused({ ...CRON, resource: [`${longest}x`] }, /^resource\[0\]: is longer than 2048 characters/)
  assert.deepEqual(registrable({ ...CRON, resource: ['https://a.example', 'https://a.example/'] }).resource, [
    'https://a.example',
  ])
})

test('RFC 7591 section 2.1: response_types may be given, when they follow from grant_types', () => {
  assert.deepEqual(registrable({ ...SHOP, response_types: ['code'] }), registrable(SHOP))
  assert.deepEqual(registrable({ ...CRON, response_types: [] }), registrable(CRON))
  refused({ ...SHOP, response_types: ['token'] }, /^response_types: /)
  refused({ ...CRON, response_types: ['code'] }, /^response_types: /)
})

test('contract, library: an unknown member is refused by name, with the nearest right one', () => {
  refused({ ...SHOP, redirectUris: [] }, /^redirectUris: did you mean redirect_uris\?$/)
  refused({ ...SHOP, scopes: 'a' }, /^scopes: did you mean scope\?$/)
  refused({ ...SHOP, name: 'a' }, /^name: did you mean client_name\?$/)
  refused({ ...SHOP, public: true }, /^public: did you mean token_endpoint_auth_method\?$/)
  refused({ ...SHOP, logo_uri: 'x' }, /^logo_uri: is not known here$/)
  refused({ ...SHOP, toString: 1 }, /^toString: /)
})

test('ERR-02: a member with a name that is none is not repeated', () => {
  refused({ ...SHOP, '<script>': 1 }, /^a member: is not known here$/)
})

test('RFC 7591 section 2: a member of the wrong type is refused by name', () => {
  for (const [member, value] of Object.entries({
    client_name: 1,
    redirect_uris: 'https://a.example/cb',
    grant_types: 'authorization_code',
    scope: ['a'],
    first_party: 'yes',
    owner: 'nobody',
    introspect: true,
    resource: 'https://a.example',
    access_token_ttl: '600',
  })) {
    refused({ ...SHOP, [member]: value }, new RegExp(`^${member}: `))
  }
})

test('contract, library: a member that is undefined is not given', () => {
  assert.deepEqual(
    registrable({ ...SHOP, grant_types: undefined, owner: undefined, nonsense: undefined }),
    registrable(SHOP),
  )
})

test('contract, update: changes are partial', () => {
  const before = registrable({ ...SHOP, scope: 'a', owner: 'user:1' })
  assert.deepEqual(changedMetadata(before, { scope: 'a b', owner: undefined }), { ...before, scope: 'a b' })
  assert.deepEqual(changedMetadata(before, {}), before)
})

test('contract, update: null takes back what is optional', () => {
  const before = registrable({
    ...SHOP,
    owner: 'user:1',
    access_token_ttl: 60,
    token_endpoint_auth_method: 'client_secret_post',
  })
  const changes = { owner: null, access_token_ttl: null, token_endpoint_auth_method: null }
  assert.deepEqual(changedMetadata(before, changes), registrable(SHOP))
})

test('contract, update: the whole is judged anew', () => {
  const refusedChange = (
    given: GivenMetadata,
    changes: GivenMetadata,
    error: ErrorCode = 'invalid_client_metadata',
  ): void => {
    refusal(error, () => changedMetadata(registrable(given), changes))
  }
  refusedChange(SHOP, { redirect_uris: [] })
  refusedChange(SHOP, { grant_types: [] })
  refusedChange(CRON, { token_endpoint_auth_method: 'none' })
  refusedChange(
    { ...CRON, scope: 'introspect' },
    { ...SHOP, grant_types: ['authorization_code'] },
    'invalid_scope',
  )
  refusedChange(SHOP, { client_id: 'cl_other' })
})

test('RT-05, RT-15, AZ-10: no rotation is for confidential clients only; windows and codes stay within a minute', () => {
  for (const wrong of [
    { refresh_rotate: 'never', token_endpoint_auth_method: 'none' },
    { refresh_rotate: 'sometimes' },
    { refresh_grace: 61 },
    { refresh_grace: -1 },
    { code_ttl: 61 },
    { code_ttl: 0 },
    { refresh_token_ttl: 0 },
    { refresh_idle_ttl: '1d' },
  ]) {
    const refused = { name: 'OAuthError', error: 'invalid_client_metadata' }
    assert.throws(() => registrable({ ...SHOP, ...wrong }), refused, JSON.stringify(wrong))
  }
  assert.equal(registrable({ ...SHOP, refresh_grace: 0 }).refresh_grace, 0)
})
