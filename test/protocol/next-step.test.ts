import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { grownConsent, isRemembered } from '../../src/protocol/given-consent.ts'
import { maySpare, type NextStep, nextStep, type Standing } from '../../src/protocol/next-step.ts'
import { NOW } from '../_store.ts'
import { allowed } from './_consent.ts'

const REQUEST: Standing['request'] = {
  redirect_uri: 'https://a.example/cb',
  scope: 'a b',
  resource: [],
  authorization_details: null,
  prompt: '',
  max_age: null,
  session_id: null,
}
const SESSION: NonNullable<Standing['session']> = { session_id: 's1', auth_time: NOW - 100 }
const ALLOWED = { resource: null, scope: 'a b', remembered: 'a b' }
const CONSENT: NonNullable<Standing['consent']> = [ALLOWED]
const WEB: Standing['client'] = { token_endpoint_auth_method: null, first_party: false }
const NATIVE: Standing['client'] = { token_endpoint_auth_method: 'none', first_party: false }

type Given = Partial<Omit<Standing, 'request'>> & { readonly request?: Partial<Standing['request']> }

/** Signed in, and all of it remembered, but for what is given. */
const step = ({ request, ...given }: Given): NextStep =>
  nextStep({
    client: WEB,
    session: SESSION,
    consent: CONSENT,
    now: NOW,
    ...given,
    request: { ...REQUEST, ...request },
  })

const kind = (given: Given): string => {
  const next = step(given)
  return next.kind === 'refuse' ? next.error.error : next.kind
}

test('OAuth 2.1 4.1.1: nobody signed in is asked to sign in, then what to allow', () => {
  assert.equal(kind({ session: undefined, consent: undefined }), 'sign_in')
  assert.equal(kind({ consent: undefined }), 'consent')
})

test('AZ-12: a remembered consent to the same or more spares the page', () => {
  assert.equal(kind({}), 'issue')
  assert.equal(kind({ request: { scope: 'b' } }), 'issue')
  assert.equal(kind({ request: { scope: '' } }), 'issue')
})

test('AZ-12: what was allowed and not remembered is asked again, in the same session too', () => {
  const consent = [{ ...ALLOWED, remembered: null }]
  assert.deepEqual(step({ consent }), { kind: 'consent', question: { scopes: ['a', 'b'], known: [] } })
})

test('AZ-12: on growth the page shows what is new, and beside it what was allowed', () => {
  const consent = [{ ...ALLOWED, scope: 'a x', remembered: 'a' }]
  assert.deepEqual(step({ consent }), { kind: 'consent', question: { scopes: ['b'], known: ['a'] } })
})

test('RI-04: a remembered consent does not cover a new resource, for which every scope is new', () => {
  const request = { resource: ['https://api.example'] }
  assert.deepEqual(step({ request }), { kind: 'consent', question: { scopes: ['a', 'b'], known: [] } })
  const narrow = [{ ...ALLOWED, scope: 'a', remembered: 'a' }]
  assert.deepEqual(step({ request, consent: narrow }), {
    kind: 'consent',
    question: { scopes: ['a', 'b'], known: [] },
  })
  const consent = ['https://b.example', 'https://API.example/'].map((resource) => ({ ...ALLOWED, resource }))
  assert.equal(kind({ request, consent }), 'issue')
})

test('decision 13: a public client on loopback or a private-use scheme is always asked for', () => {
  for (const redirect_uri of [
    'http://127.0.0.1:1/cb',
    'http://[::1]/cb',
    'http://localhost/cb',
    'com.example.app:/cb',
  ]) {
    const request = { redirect_uri }
    assert.equal(kind({ client: NATIVE, request }), 'consent')
    assert.equal(kind({ client: { ...NATIVE, first_party: true }, request }), 'consent')
    assert.equal(kind({ client: WEB, request }), 'issue')
  }
})

test('decision 13: a public client with an https redirect is spared the page when it was remembered', () => {
  assert.equal(kind({ client: NATIVE }), 'issue')
  assert.equal(kind({ client: NATIVE, consent: undefined }), 'consent')
})

test('decision 13: first-party spares the page without anything remembered', () => {
  assert.equal(kind({ client: { ...WEB, first_party: true }, consent: undefined }), 'issue')
  assert.equal(kind({ client: { ...NATIVE, first_party: true }, consent: undefined }), 'issue')
})

test('OC-04: prompt=none shows no page', () => {
  const request = { prompt: 'none' }
  assert.equal(kind({ request }), 'issue')
  assert.equal(kind({ request, session: undefined }), 'login_required')
  assert.equal(kind({ request, consent: undefined }), 'consent_required')
  assert.equal(kind({ request: { ...request, max_age: 99 } }), 'login_required')
})

test('OC-04: prompt=login and select_account want a sign-in for this request, once', () => {
  for (const prompt of ['login', 'select_account', 'login consent']) {
    assert.equal(kind({ request: { prompt } }), 'sign_in')
    assert.equal(kind({ request: { prompt, session_id: 'another' } }), 'sign_in')
  }
  assert.equal(kind({ request: { prompt: 'login', session_id: 's1' } }), 'issue')
  assert.equal(kind({ request: { prompt: 'login consent', session_id: 's1' } }), 'consent')
})

test('OC-04: prompt=consent asks again, whatever is remembered', () => {
  assert.equal(kind({ request: { prompt: 'consent' } }), 'consent')
  assert.equal(kind({ request: { prompt: 'consent' }, client: { ...WEB, first_party: true } }), 'consent')
})

test('OC-05: max_age wants a sign-in that is young enough; 0 wants one now', () => {
  assert.equal(kind({ request: { max_age: 100 } }), 'issue')
  assert.equal(kind({ request: { max_age: 99 } }), 'sign_in')
  assert.equal(kind({ request: { max_age: 0 }, session: { ...SESSION, auth_time: NOW } }), 'sign_in')
})

test('OC-05: the sign-in made for a request satisfies its max_age however slowly the page is read', () => {
  assert.equal(kind({ request: { max_age: 0, session_id: 's1' } }), 'issue')
  assert.equal(kind({ request: { max_age: 1, session_id: 's1' }, now: NOW + 899 }), 'issue')
})

const scopes = fc.subarray(['a', 'b', 'c']).map((tokens) => tokens.join(' '))
const resources = fc.subarray(['https://a.example', 'https://b.example'])
const standings: fc.Arbitrary<Standing> = fc.record({
  request: fc.record({
    redirect_uri: fc.constantFrom('https://a.example/cb', 'http://127.0.0.1/cb', 'com.example.app:/cb'),
    scope: scopes,
    resource: resources,
    authorization_details: fc.constantFrom(null, [{ type: 'payment' }]),
    prompt: fc.constantFrom('', 'none', 'login', 'consent', 'select_account', 'login consent'),
    max_age: fc.constantFrom(null, 0, 50, 1000),
    session_id: fc.constantFrom(null, 's1', 's2'),
  }),
  client: fc.record({
    token_endpoint_auth_method: fc.constantFrom(null, 'none' as const, 'client_secret_post' as const),
    first_party: fc.boolean(),
  }),
  session: fc.constantFrom(undefined, SESSION, { session_id: 's2', auth_time: NOW }),
  consent: fc.option(
    fc.array(allowed).map((all) => all.reduce(grownConsent, [])),
    { nil: undefined },
  ),
  now: fc.constant(NOW),
})

test("RR-03: what is asked for in detail is asked each time, but of the site's own app", () => {
  const request = { authorization_details: [{ type: 'payment' }] }
  assert.equal(kind({ request }), 'consent')
  assert.equal(kind({ request: { ...request, prompt: 'none' } }), 'consent_required')
  assert.equal(kind({ request, client: { ...WEB, first_party: true } }), 'issue')
})

test('AZ-12, OC-04, decision 13: nothing is issued unasked without a session and a right to spare the page', () => {
  fc.assert(
    fc.property(standings, (standing) => {
      const { request, client, session, consent } = standing
      const next = nextStep(standing)
      const silent = request.prompt === 'none'
      assert.equal(next.kind === 'refuse', silent && next.kind !== 'issue')
      if (session === undefined) assert.notEqual(next.kind, 'issue')
      if (next.kind === 'issue') {
        assert.ok(maySpare(client, request.redirect_uri))
        assert.ok(client.first_party || isRemembered(consent, request))
        assert.doesNotMatch(request.prompt, /consent/)
        if (/login|select_account/.test(request.prompt)) assert.equal(request.session_id, session?.session_id)
      }
      if (next.kind !== 'consent') return
      const { scopes: asked, known } = next.question
      assert.deepEqual([...asked, ...known].sort(), request.scope.split(' ').filter(Boolean).sort())
    }),
    { numRuns: 1000 },
  )
})
