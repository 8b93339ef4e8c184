/** PAR-03 where an app signs people in and asks them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parameters, WEB } from './_authorize.ts'
import { type Credentials, type Harness, openHarness } from './_harness.ts'
import { INTERACTION_URL, openApp, type TestApp, wayBack } from './_interaction.ts'
import { bring, push, requestUriOf } from './_pushed.ts'

let h: Harness
let web: Credentials
let app: TestApp
before(async () => {
  h = await openHarness({ interaction_url: INTERACTION_URL })
  web = await h.client(WEB)
  app = await openApp(h)
})
after(() => h.close())

test('PAR-03, contract, interaction API: a pushed request is handed over as one interaction, until it is decided', async () => {
  const target = bring(web, { request_uri: requestUriOf(await push(h, web, { scope: 'orders:read' })) })
  const browser = h.browser()
  const first = await browser.get(target)
  const id = new URL(first.headers.get('location') ?? '').searchParams.get('interaction') ?? ''
  const again = await browser.get(target)
  assert.equal(again.headers.get('location'), first.headers.get('location'))
  assert.equal((await h.browser().get(target)).status, 400)
  assert.equal((await app.look(id)).body['scope'], 'orders:read')
  const path = wayBack(await app.decide(id, 'approve', { sub: 'u1' }))
  assert.equal((await browser.get(target)).status, 400)
  const { code, state } = parameters(await browser.get(path))
  assert.ok(code)
  assert.equal(state, 's 1')
  assert.equal((await browser.get(target)).status, 400)
})
