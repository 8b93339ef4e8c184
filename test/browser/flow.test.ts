/** From a client's page to its tokens in a real Chromium, at a running oauthd. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { oauthd } from '../_process.ts'
import { activeOf, connections } from '../end-to-end/_site.ts'
import { APP_CALLBACK, SHOP_CALLBACK, SHOP_ORIGIN } from './_client-app.ts'
import { headingOf, openWorld, press, signIn, type World } from './_world.ts'

let world: World
let active: (token: string) => Promise<boolean>
let hangUp: () => void
before(async () => {
  world = await openWorld()
  const { post, close } = connections(world.serving.url)
  hangUp = close
  const reader = await world.site.client({ introspect: 'any' })
  active = async (token) => (await activeOf(post, reader, [token]))[0] ?? false
})
after(async () => {
  hangUp?.()
  await world?.close()
})

const begin = async (page: Page, redirect_uri = SHOP_CALLBACK, more = {}): Promise<void> => {
  await page.goto(String(await world.app.begin(redirect_uri, more)))
}

/** Waits until the client has answered, and gives what it says. */
const atClient = async (page: Page, redirect_uri = SHOP_CALLBACK): Promise<string> => {
  await page.waitForURL((url) => url.href.startsWith(`${redirect_uri}?`))
  return headingOf(page)
}

const lastToken = (): string => world.app.redeemed.at(-1)?.access_token ?? ''

test('PG-03: a sign-in page that said no, loaded again, says no again and is not taken for forged', async () => {
  const { page, close } = await world.visit()
  await begin(page)
  await signIn(page, 'ana', 'wrong horse battery')
  for (let times = 0; times < 2; times += 1) {
    assert.equal((await page.reload())?.status(), 401)
    assert.match(await headingOf(page), /^Sign in to /)
  }
  await signIn(page)
  await press(page, 'Deny')
  await atClient(page)
  await close()
})

for (const javaScriptEnabled of [true, false]) {
  const script = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript'

  test(`PG-02, PG-11: ${script} a person comes from an https client, signs in, allows, and it has tokens`, async () => {
    const { page, close } = await world.visit({ javaScriptEnabled })
    await page.goto(SHOP_ORIGIN)
    await page.getByRole('link', { name: 'Sign in' }).click()
    assert.match(await headingOf(page), /^Sign in to /)
    assert.match(await page.getByRole('main').innerText(), /to continue to Shop/)
    await signIn(page, 'ana', 'wrong horse battery')
    assert.match(await page.getByRole('alert').innerText(), /Username or password is not correct\./)
    assert.equal(await page.getByLabel('Username').inputValue(), 'ana')
    assert.equal(await page.getByLabel('Password').inputValue(), '')
    await signIn(page)
    assert.match(await headingOf(page), /^Shop wants access to your .* account$/)
    assert.match(await page.getByRole('main').innerText(), /If you allow, you go to shop\.example\./)
    await press(page, 'Allow')
    assert.equal(await atClient(page), 'Welcome')
    assert.ok(await active(lastToken()))
    await close()
  })

  test(`PG-02: ${script} Allow and Deny lead to https, 127.0.0.1 and [::1], past form-action`, async () => {
    const { page, close } = await world.visit({ javaScriptEnabled })
    await begin(page)
    await signIn(page)
    assert.match(await headingOf(page), /^Shop wants access/)
    const loopback = Object.values(world.app.loopback).map((origin) => `${origin}/cb`)
    for (const redirect_uri of [SHOP_CALLBACK, ...loopback]) {
      await begin(page, redirect_uri)
      await press(page, 'Deny')
      assert.equal(await atClient(page, redirect_uri), 'access_denied')
      await begin(page, redirect_uri)
      await press(page, 'Allow')
      assert.equal(await atClient(page, redirect_uri), 'Welcome')
      assert.ok(await active(lastToken()))
    }
    await close()
  })

  test(`RFC 8252 7.1: ${script} Allow and Deny lead to a private-use scheme, with a link to follow by hand`, async () => {
    const { context, page: first, close } = await world.visit({ javaScriptEnabled })
    await begin(first, APP_CALLBACK)
    await signIn(first)
    assert.match(await headingOf(first), /^Shop wants access/)
    for (const button of ['Deny', 'Allow'] as const) {
      // In a tab of its own: where a scheme is unknown Chromium asks about it, over the page.
      const page = await context.newPage()
      await begin(page, APP_CALLBACK)
      const main = await page.getByRole('main').innerText()
      assert.match(main, /the app on this device that opens com\.example\.app/)
      const [left] = await Promise.all([
        page.waitForRequest((request) => request.url().startsWith(APP_CALLBACK)),
        press(page, button),
      ])
      const link = page.getByRole('link', { name: 'Continue', exact: true })
      const href = (await link.getAttribute('href')) ?? ''
      assert.equal(left.url(), href)
      const redeemed = world.app.redeem(new URL(href))
      if (button === 'Deny') await assert.rejects(redeemed, { error: 'access_denied' })
      else assert.ok(await active((await redeemed).access_token))
    }
    await close()
  })

  test(`PG-02: ${script} a sign-in that needs no more questions leads to the client too`, async () => {
    const { context, page, close } = await world.visit({ javaScriptEnabled })
    await begin(page, SHOP_CALLBACK, { scope: 'orders:write', prompt: 'consent' })
    await signIn(page, 'bob')
    await page.getByRole('checkbox', { name: 'Remember this decision' }).check()
    await press(page, 'Allow')
    assert.equal(await atClient(page), 'Welcome')
    await begin(page, SHOP_CALLBACK, { scope: 'orders:write' })
    assert.equal(await atClient(page), 'Welcome')
    await context.clearCookies()
    await begin(page, SHOP_CALLBACK, { scope: 'orders:write' })
    await signIn(page, 'bob')
    assert.equal(await atClient(page), 'Welcome')
    await close()
  })
}

test('AZ-15: Back, and the same button in a tab that is behind, give a page and no second code', async () => {
  const { context, page, close } = await world.visit()
  await begin(page)
  await signIn(page)
  const asked = page.url()
  const behind = await context.newPage()
  await behind.goto(asked)
  await press(page, 'Allow')
  assert.equal(await atClient(page), 'Welcome')
  const redeemed = world.app.redeemed.length

  const back = await page.goBack()
  assert.equal(new URL(page.url()).href, asked)
  assert.equal(back?.status(), 400)
  assert.equal(await headingOf(page), 'This page was open too long')
  await press(behind, 'Allow')
  assert.equal(await headingOf(behind), 'This page was open too long')
  assert.match(await behind.getByRole('main').innerText(), /Start again from Shop\./)
  assert.equal(world.app.redeemed.length, redeemed)
  await close()
})

test('AZ-15: two tabs at sign-in and at the question each come back with their own answer', async () => {
  const { context, page: one, close } = await world.visit()
  const two = await context.newPage()
  await begin(one)
  await begin(two, SHOP_CALLBACK, { scope: 'orders:read' })
  await signIn(one)
  await signIn(two)
  assert.doesNotMatch(await two.getByRole('main').innerText(), /orders:write/)
  await press(two, 'Deny')
  assert.equal(await atClient(two), 'access_denied')
  await press(one, 'Allow')
  assert.equal(await atClient(one), 'Welcome')
  assert.equal(world.app.redeemed.at(-1)?.scope, 'orders:read orders:write')
  await close()
})

test('PG-04: a session that is revoked in the middle leads to sign-in and back to the question', async () => {
  const { page, close } = await world.visit()
  await begin(page)
  await signIn(page)
  const { code, stderr } = await oauthd(['session:revoke', '--user', 'ana', '--yes', '--db', world.site.db])
  assert.equal(code, 0, stderr)
  await press(page, 'Allow')
  assert.match(await headingOf(page), /^Sign in to /)
  await signIn(page)
  assert.match(await headingOf(page), /^Shop wants access/)
  await press(page, 'Allow')
  assert.equal(await atClient(page), 'Welcome')
  await close()
})

test('contract, pages: "Not you?" lets somebody else sign in and answer, and the token is theirs', async () => {
  const { page, close } = await world.visit()
  await begin(page)
  await signIn(page)
  assert.match(await page.getByRole('main').innerText(), /Signed in as ana/)
  await press(page, 'Not you?')
  assert.match(await headingOf(page), /^Sign in to /)
  await signIn(page, 'bob')
  assert.match(await page.getByRole('main').innerText(), /Signed in as bob/)
  await press(page, 'Allow')
  assert.equal(await atClient(page), 'Welcome')
  const told = await oauthd(['token:introspect', '-', '--json', '--db', world.site.db], {
    input: lastToken(),
  })
  assert.equal(JSON.parse(told.stdout).username, 'bob', told.stdout + told.stderr)
  await close()
})
