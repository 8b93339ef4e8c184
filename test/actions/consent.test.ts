import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { approveRequest } from '../../src/actions/authorization.ts'
import { type Allowed, growConsent, withdrawConsent } from '../../src/actions/consent.ts'
import { isRemembered } from '../../src/protocol/given-consent.ts'
import { findAuthorization } from '../../src/store/authorization.ts'
import { findConsent } from '../../src/store/consent.ts'
import type { Statement } from '../../src/store/work.ts'
import { stepped, verbs } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { allowed } from '../protocol/_consent.ts'
import { approval, consentRow, REQUEST } from './_approval.ts'

const ALLOWED: Allowed = {
  sub: 'us_1',
  client_id: 'cl_1',
  scope: 'b c',
  resource: ['https://API.example/', 'https://b.example'],
  remember: false,
}

const row = ({ statements }: { readonly statements: readonly Statement[] }, at: number): unknown =>
  JSON.parse(String(statements[at]?.params['allowed']))

test('MC-08: a consent grows by scope and resource, and keeps when it was first given', () => {
  const done = stepped(growConsent(ALLOWED, NOW), [consentRow()], [{}])
  assert.deepEqual(verbs(done.statements), ['SELECT', 'UPDATE oauth_consent'])
  assert.deepEqual(row(done, 1), [
    { resource: 'https://api.example', scope: 'a b c', remembered: 'a b' },
    { resource: 'https://b.example', scope: 'b c', remembered: null },
  ])
})

test('contract, settled points: only what the person asked to remember is remembered', () => {
  const first = (remember: boolean) =>
    row(stepped(growConsent({ ...ALLOWED, resource: [], remember }, NOW), [], [{}]), 1)
  assert.deepEqual(first(false), [{ resource: null, scope: 'b c', remembered: null }])
  assert.deepEqual(first(true), [{ resource: null, scope: 'b c', remembered: 'b c' }])
})

test('PG-07: a consent that was withdrawn or has grown since it was read is read again: nothing comes back', () => {
  const other = consentRow({ allowed: '[]' })
  const done = stepped(growConsent(ALLOWED, NOW), [consentRow()], [], [other], [], [], [], [other], [{}])
  const wanted = ['SELECT', 'UPDATE oauth_consent']
  assert.deepEqual(verbs(done.statements), [
    ...wanted,
    ...wanted,
    'SELECT',
    'INSERT INTO oauth_consent',
    ...wanted,
  ])
  assert.equal(done.statements[1]?.params['text'], consentRow()['allowed'])
  assert.equal(done.statements[7]?.params['text'], '[]')
})

test('AZ-12, RI-04: what was allowed with Remember is remembered, whatever was allowed before and after', async (t) => {
  const { store } = await testStore(t)
  await fc.assert(
    fc.asyncProperty(fc.array(allowed, { minLength: 1, maxLength: 5 }), fc.uuid(), async (all, sub) => {
      for (const one of all) {
        await store.write(() => growConsent({ ...one, sub, client_id: 'cl_1' }, NOW))
      }
      const consent = await store.read(findConsent(sub, 'cl_1'))
      for (const one of all.filter(({ remember }) => remember)) {
        assert.ok(isRemembered(consent?.allowed, { ...one, authorization_details: null }))
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
