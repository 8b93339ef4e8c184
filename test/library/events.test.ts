import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventType, Log, OAuthEvent, OAuthServer } from '../../src/index.ts'
import { appServer, asked, ERP, ISSUER, tokensOf, VERIFIER } from './_app.ts'

const TYPES: readonly EventType[] = [
  'client_created',
  'client_secret_rotated',
  'client_revoked',
  'authorization_approved',
  'authorization_denied',
  'consent_revoked',
  'token_issued',
  'token_revoked',
]

/** All that a server tells from now on. */
const heardOf = (server: OAuthServer): OAuthEvent[] => {
  const heard: OAuthEvent[] = []
  for (const type of TYPES) server.on(type, (event) => heard.push(event))
  return heard
}

const form = (path: string, body: Record<string, string>): Request =>
  new Request(`${ISSUER}/oauth/${path}`, { method: 'POST', body: new URLSearchParams(body) })

test('contract, library: the eight events, each with what happened, in the order in which it did', async (t) => {
  const server = await appServer(t)
  const heard = heardOf(server)
  const client = await server.clients.create(ERP)
  const { client_id } = client
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  await server.denyAuthorizationRequest(authorization)
  const { access_token, refresh_token } = await tokensOf(server, client)
  await server.revokeToken(access_token)
  await server.revokeToken(access_token)
  await server.revokeToken(refresh_token)
  await server.clients.rotateSecret(client_id, { overlap: 60 })
  await server.consents.revoke({ sub: 'user-1', client_id })
  await server.consents.revoke({ sub: 'user-1', client_id })
  await server.clients.revoke(client_id)
  await server.clients.revoke(client_id)

  const begun = Date.now() / 1000
  const rest = heard.map(({ at, ...event }) => {
    assert.ok(Number.isInteger(at) && at <= begun && at > begun - 60)
    return event
  })
  const jtis = rest.flatMap((event) => ('jti' in event && event.jti !== undefined ? [event.jti] : []))
  const [jti = '', , refresh_jti = ''] = jtis
  assert.match(jti, /^\w{20,}$/)
  const sub = 'user-1'
  const scope = 'invoices.read'
  const approved = rest.find(({ type }) => type === 'authorization_approved')
  const authorization_id =
    approved !== undefined && 'authorization_id' in approved && approved.authorization_id
  const rotated = rest.find(({ type }) => type === 'client_secret_rotated')
  const previous =
    rotated !== undefined && 'previous_secret_expires_at' in rotated && rotated.previous_secret_expires_at
  assert.ok(Number(previous) > begun)
  assert.deepEqual(rest, [
    { type: 'client_created', client_id },
    { type: 'authorization_denied', client_id, error: 'access_denied' },
    { type: 'authorization_approved', client_id, sub, authorization_id, scope },
    { type: 'token_issued', client_id, sub, grant_type: 'authorization_code', jti, scope },
    { type: 'token_revoked', client_id, sub, jti, token_type: 'access_token' },
    { type: 'token_revoked', client_id, sub, jti: refresh_jti, token_type: 'refresh_token' },
    { type: 'client_secret_rotated', client_id, previous_secret_expires_at: previous },
    { type: 'consent_revoked', client_id, sub },
    { type: 'client_revoked', client_id },
  ])
  for (const secret of [client.client_secret, access_token, refresh_token]) {
    assert.ok(!JSON.stringify(heard).includes(String(secret)))
  }
})

test('contract, library: what comes by HTTP is told as what is called', async (t) => {
  const server = await appServer(t)
  const client = await server.clients.create(ERP)
  const { client_id, client_secret = '' } = client
  const heard = heardOf(server)
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  const { code } = await server.approveAuthorizationRequest(authorization, { sub: 'user-1' })
  const credentials = { client_id, client_secret }
  const grant = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, ...credentials }
  const answer = await server.fetch(form('token', grant))
  const { access_token } = (await answer.json()) as { access_token: string }
  await server.fetch(form('revoke', { token: access_token, ...credentials }))
  await server.fetch(form('token', grant))
  const { authorization_id = '' } = heard[0] as { authorization_id?: string }
  assert.deepEqual(
    heard
      .map(({ at: _, ...event }) => event)
      .map((event) => ('jti' in event ? { ...event, jti: '' } : event)),
    [
      { type: 'authorization_approved', client_id, sub: 'user-1', authorization_id, scope: 'invoices.read' },
      {
        type: 'token_issued',
        client_id,
        sub: 'user-1',
        grant_type: 'authorization_code',
        jti: '',
        scope: 'invoices.read',
      },
      { type: 'token_revoked', client_id, sub: 'user-1', jti: '', token_type: 'access_token' },
      { type: 'token_revoked', client_id, authorization_id, reason: 'code_reuse' },
    ],
  )
})

test('contract, library: an event is told behind the commit: a listener finds what it tells of', async (t) => {
  const server = await appServer(t)
  const found: unknown[] = []
  server.on('client_created', async ({ client_id }) => {
    found.push((await server.clients.get(client_id))?.client_id)
  })
  const { client_id } = await server.clients.create(ERP)
  await server.clients.list()
  assert.deepEqual(found, [client_id])
  await assert.rejects(server.clients.create({ client_name: 'x', redirectUris: [] }))
  assert.equal(found.length, 1)
})

test('contract, library: a listener that throws harms nothing and is told to the log; one that ended hears nothing', async (t) => {
  const told: unknown[] = []
  const log: Log = { info() {}, warn() {}, error: (fields, message) => told.push([fields, message]) }
  const server = await appServer(t, { log })
  const fault = new Error('of the listener')
  const end = server.on('client_created', () => {
    throw fault
  })
  assert.ok((await server.clients.create(ERP)).client_id)
  assert.deepEqual(told, [[{ err: fault, event: 'client_created' }, 'listener failed']])
  end()
  await server.clients.create(ERP)
  assert.equal(told.length, 1)
})

test('contract, library: a misspelt event, or a listener that is none, is a TypeError', async (t) => {
  const server = await appServer(t)
  const on = (event: unknown, listener: unknown): unknown =>
    server.on(event as 'token_issued', listener as () => void)
  const listener = (): void => {}
  assert.throws(() => on('tokenIssued', listener), /^TypeError: tokenIssued: did you mean token_issued\?$/)
  assert.throws(() => on('nonsense', listener), /^TypeError: nonsense is not one of client_created, /)
  assert.throws(() => on(undefined, listener), TypeError)
  assert.throws(() => on('token_issued', {}), /^TypeError: listener must be a function$/)
})
