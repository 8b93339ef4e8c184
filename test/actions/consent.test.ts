import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { approveRequest } from '../../src/actions/authorization.ts'
import { type Allowed, growConsent, withdrawConsent } from '../../src/actions/consent.ts'
import { isRemembered } from '../../src/protocol/next-step.ts'
import { findAuthorization } from '../../src/store/authorization.ts'
import { findConsent } from '../../src/store/consent.ts'
import { stepped, verbs } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { approval, consentRow, REQUEST } from './_approval.ts'

const ALLOWED: Allowed = {
  sub: 'us_1',
  client_id: 'cl_1',
  scope: 'b c',
  resource: ['https://API.example/', 'https://b.example'],
  remember: false,
}

test('MC-08: a consent grows by scope and resource, and keeps when it was first given', () => {
  const { statements } = stepped(growConsent(ALLOWED, NOW), [consentRow()], [])
  assert.deepEqual(verbs(statements), ['SELECT', 'INSERT INTO oauth_consent'])
  assert.deepEqual(statements[1]?.params, {
    sub: 'us_1',
    client_id: 'cl_1',
    scope: 'a b c',
    resource: '["https://api.example","https://b.example"]',
    remembered_scope: 'a b',
    remembered_resource: '["https://api.example"]',
    created_at: 1,
    updated_at: NOW,
  })
})

test('contract, settled points: only what the person asked to remember is remembered', () => {
  const first = (remember: boolean) =>
    stepped(growConsent({ ...ALLOWED, remember }, NOW), [], []).statements[1]?.params
  assert.equal(first(false)?.['remembered_scope'], null)
  assert.equal(first(false)?.['remembered_resource'], '[]')
  assert.equal(first(true)?.['remembered_scope'], 'b c')
  const { statements } = stepped(growConsent({ ...ALLOWED, remember: true }, NOW), [consentRow()], [])
  assert.equal(statements[1]?.params['remembered_scope'], 'a b c')
})

test('AZ-12, RI-04: what was allowed with Remember is remembered, whatever was allowed before and after', async (t) => {
  const { store } = await testStore(t)
  const allowed = fc.record({
    scope: fc.subarray(['a', 'b', 'c']).map((tokens) => tokens.join(' ')),
    resource: fc.subarray(['https://a.example', 'https://b.example']),
    remember: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(allowed, { minLength: 1, maxLength: 5 }), fc.uuid(), async (all, sub) => {
      for (const one of all) {
        await store.write(() => growConsent({ ...one, sub, client_id: 'cl_1' }, NOW))
      }
      const consent = await store.read(findConsent(sub, 'cl_1'))
      for (const one of all.filter(({ remember }) => remember)) assert.ok(isRemembered(consent, one))
      const asked = all.filter(({ remember }) => !remember).flatMap(({ scope }) => scope.split(' '))
      const kept = all.filter(({ remember }) => remember).flatMap(({ scope }) => scope.split(' '))
      for (const scope of asked.filter((token) => token !== '' && !kept.includes(token))) {
        assert.equal(isRemembered(consent, { scope, resource: [] }), false)
      }
    }),
    { numRuns: 50 },
  )
})

test('PG-07, RT-17: withdrawing forgets the consent and ends every authorization of the two, of nobody else', async (t) => {
  const { store } = await testStore(t)
  const approve = (sub: string, client_id: string) =>
    store.write(() => {
      const given = approval({ session_id: null, answer: 'remember', request: { ...REQUEST, client_id } })
      const id = `${sub}-${client_id}`
      const code = { ...given.fresh.code, id }
      return approveRequest({
        ...given,
        client: { ...given.client, client_id },
        person: { ...given.person, sub },
        fresh: { authorization_id: id, code },
      })
    })
  for (const [sub, client_id] of [
    ['ana', 'cl_1'],
    ['ana', 'cl_2'],
    ['bo', 'cl_1'],
  ] as const) {
    await approve(sub, client_id)
  }
  const withdrawn = await store.write(() => withdrawConsent('ana', 'cl_1', NOW))
  assert.deepEqual(withdrawn, { consent: true, authorizations: 1 })
  const revoked = async (id: string) => (await store.read(findAuthorization(id)))?.revoked_at
  assert.deepEqual(await Promise.all(['ana-cl_1', 'ana-cl_2', 'bo-cl_1'].map(revoked)), [NOW, null, null])
  assert.equal(await store.read(findConsent('ana', 'cl_1')), undefined)
  assert.ok(await store.read(findConsent('bo', 'cl_1')))
  const again = await store.write(() => withdrawConsent('ana', 'cl_1', NOW))
  assert.deepEqual(again, { consent: false, authorizations: 0 })
})
