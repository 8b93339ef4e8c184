/** AZ-07: once the redirect_uri is trusted the client is told of our faults too. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { withdrawConsent } from '../../src/actions/consent.ts'
import type { Server } from '../../src/server.ts'
import { insertClient } from '../../src/store/client.ts'
import { deleteSessionsOf } from '../../src/store/session.ts'
import { StoreError } from '../../src/store/store-error.ts'
import type { Store } from '../../src/store/work.ts'
import { heading, ledTo, parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { type Credentials, type Harness, NOW, openHarness } from './_harness.ts'

let h: Harness
let web: Credentials
let sub: string
before(async () => {
  h = await openHarness()
  web = await h.client(WEB)
  sub = await person(h)
})
after(() => h.close())

/** The harness's server with a store that does something else in one place. */
const over = (store: Partial<Store>): Server => ({ ...h.server, store: { ...h.server.store, ...store } })

const busy = (): Server =>
  over({ write: () => Promise.reject(new StoreError('database_busy', 'the database is busy')) })

test('AZ-07: a database that is busy is temporarily_unavailable, by redirect, with state and iss', async () => {
  const { error_description, ...rest } = parameters(await h.browser().get(requestOf(web), {}, busy()))
  assert.deepEqual(rest, { error: 'temporarily_unavailable', state: 's 1', iss: 'http://localhost:6749' })
  assert.ok(error_description)
})

test('AZ-07: a fault of ours is server_error; its cause is in the log and not in the address', async () => {
  const broken = over({ write: () => Promise.reject(new TypeError('the cause of it')) })
  const answered = await h.browser().get(requestOf(web), {}, broken)
  assert.equal(answered.status, 302)
  assert.equal(parameters(answered)['error'], 'server_error')
  assert.doesNotMatch(answered.headers.get('location') ?? '', /cause/)
  const request_id = answered.headers.get('x-request-id')
  const told = h.lines().find((line) => line['msg'] === 'fault' && line['request_id'] === request_id)
  assert.match(JSON.stringify(told), /the cause of it/)
})

test('AZ-02: before the redirect_uri is trusted a fault is a page, 503, with Retry-After', async () => {
  const broken: Server = {
    ...h.server,
    registry: { latest: () => Promise.reject(new StoreError('database_busy', 'the database is busy')) },
  }
  const answered = await h.browser().get(requestOf(web), {}, broken)
  assert.equal(answered.status, 503)
  assert.equal(ledTo(answered), undefined)
  assert.match(answered.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
})

test('AZ-07, PG-02: when Allow meets a fault the page that leads on tells the client', async () => {
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(web)))
  const action = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const form = { csrf, username: 'ana', decision: 'allow' }
  const answered = await browser.post(action, form, {}, busy())
  assert.equal(answered.status, 200)
  assert.equal(parameters(answered)['error'], 'temporarily_unavailable')
  assert.ok(parameters(await browser.press(page, 'Allow'))['code'], 'nothing was spent')
})

/** A server on which something happens between the look and the write. */
const meanwhile = (event: () => Promise<unknown>): Server => {
  let happened = false
  return over({
    async write(work) {
      if (!happened) await event()
      happened = true
      return h.server.store.write(work)
    },
  })
}

test('PG-07: a consent that is withdrawn between the look and the answer leads to the question', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client)))
  await browser.press(page, 'Allow', { remember: '1' })
  const server = meanwhile(() => h.server.store.write(() => withdrawConsent(sub, client.client_id, NOW)))
  const answered = await browser.get(requestOf(client), {}, server)
  assert.equal(ledTo(answered), undefined)
  assert.match(heading(answered), /wants access/)
})

test('PG-09: a session that ends between the look and the answer leads to sign-in', async () => {
  const client = await h.client({ ...WEB, first_party: true })
  const browser = h.browser()
  await signIn(browser, await browser.get(requestOf(client)))
  const server = meanwhile(() => h.server.store.write(() => deleteSessionsOf(sub)))
  const answered = await browser.get(requestOf(client), {}, server)
  assert.equal(ledTo(answered), undefined)
  assert.match(heading(answered), /^Sign in/)
})

test('PG-09: a session that ends under a pressed Allow leads to sign-in, and the request stays open', async () => {
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(web)))
  const action = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const server = meanwhile(() => h.server.store.write(() => deleteSessionsOf(sub)))
  const answered = await browser.post(action, { csrf, username: 'ana', decision: 'allow' }, {}, server)
  assert.match(heading(answered), /^Sign in/)
  const again = await signIn(browser, answered)
  assert.ok(parameters(await browser.press(again, 'Allow'))['code'])
})

test('TK-11: a person whose sub is a client_id is refused, and the client is told access_denied', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client)))
  // No command makes such a client; a database put together by hand might hold one.
  const registered = await (await h.server.registry.latest()).client(client.client_id)
  assert.ok(registered)
  await h.server.store.write(() => insertClient({ ...registered.client, client_id: sub }))
  assert.equal(parameters(await browser.press(page, 'Allow'))['error'], 'access_denied')
})
