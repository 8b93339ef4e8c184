/** What only a real browser shows: hostile words, frames, forms and windows of another site's. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { SHOP_CALLBACK } from '../browser/_client-app.ts'
import { headingOf, openWorld, press, signIn, type World } from '../browser/_world.ts'
import { addPeople } from '../end-to-end/_visitor.ts'

const TAG = '"><img src=x onerror=alert(1)>'
const HOSTILE = `</title></textarea><script>alert(1)</script>${TAG}\u202e'`
const HOSTILE_USER = `ana${TAG}`

let world: World
let evil: string
let html = ''
const site = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Evil</title>${html}`)
})
before(async () => {
  world = await openWorld()
  await addPeople(world.site, HOSTILE_USER)
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  evil = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
after(async () => {
  site.closeAllConnections()
  site.close()
  await world?.close()
})

const ours = (path: string): string => `${world.serving.issuer}/oauth/${path}`

/** A browser in which ana is signed in and has the question before her. */
const asked = async (): Promise<{ context: BrowserContext; page: Page; csrf: string; asked: string }> => {
  const context = await world.chromium.newContext({ ignoreHTTPSErrors: true })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  await page.goto(String(await world.app.begin(SHOP_CALLBACK)))
  await signIn(page)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  const csrf = (await page.locator('input[name=csrf]').first().getAttribute('value')) ?? ''
  return { context, page, csrf, asked: page.url() }
}

test('PG-10, attack, XSS: hostile names, scopes, hints, languages, states, browsers and addresses run nothing on any page', async () => {
  const hostile = await world.site.client({
    client_name: HOSTILE.replace('\u202e', ''),
    redirect_uris: ['com.example.app:/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    owner: 'team:<img/src=x/onerror=alert(1)>',
    scope: `a <svg/onload=alert(1)> '-alert(1)-'`,
    token_endpoint_auth_method: 'none',
  })
  const { page, context, close } = await world.visit({ userAgent: `Chrome/1 ${TAG}` })
  const alerts: string[] = []
  context.on('dialog', (dialog) => {
    alerts.push(dialog.message())
    void dialog.dismiss()
  })
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: hostile.client_id,
    redirect_uri: 'com.example.app:/cb',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: HOSTILE,
    login_hint: HOSTILE,
    ui_locales: `de" onload="alert(1) ${HOSTILE}`,
    nonce: HOSTILE,
  })
  /** Nothing but what our templates make is on the page, and all of it is visible text. */
  const harmless = async (what: string): Promise<void> => {
    const made = await page.locator('script, img, svg, iframe, object, embed, textarea, base').count()
    assert.equal(made, 0, what)
    const handlers = await page.evaluate(
      `[...document.querySelectorAll('*')].flatMap((one) => [...one.attributes].filter(({ name }) => /^on/.test(name)).map(() => one.outerHTML))`,
    )
    assert.deepEqual(handlers, [], what)
    assert.doesNotMatch(await page.content(), /[\u202e\u2066]/, what)
    assert.doesNotMatch(await page.locator('html').getAttribute('lang').then(String), /[^a-z-]/i, what)
  }
  await page.goto(ours(`authorize?${query}`))
  await harmless('sign-in')
  assert.match(await page.getByRole('main').innerText(), /<script>alert\(1\)<\/script>/)
  await page.locator('#username').fill(HOSTILE)
  await page.locator('#password').fill('wrong horse battery')
  await page.locator('main button').click()
  await page.getByRole('alert').waitFor()
  await harmless('wrong sign-in')
  query.delete('ui_locales')
  await page.goto(ours(`authorize?${query}`))
  await signIn(page, HOSTILE_USER)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  await harmless('consent')
  const shown = await page.getByRole('main').innerText()
  for (const word of [
    '<img src=x onerror=alert(1)>',
    '<img/src=x/onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    "'-alert(1)-'",
  ]) {
    assert.ok(shown.includes(word), `${word} in ${shown}`)
  }
  await press(page, 'Allow')
  const href = await page.getByRole('link', { name: 'Continue' }).getAttribute('href')
  assert.equal(new URL(href ?? '').searchParams.get('state'), HOSTILE)
  await harmless('leaving')
  for (const path of [
    'apps',
    'sign-out',
    `sign-in?request=${encodeURIComponent(HOSTILE)}`,
    `authorize?client_id=${encodeURIComponent(HOSTILE)}&redirect_uri=${encodeURIComponent(`javascript:alert(1)//${HOSTILE}`)}`,
    `authorize?client_id=${hostile.client_id}&redirect_uri=${encodeURIComponent(`https://evil.example/${HOSTILE}`)}`,
    `authorize/${encodeURIComponent(HOSTILE)}`,
    `${encodeURIComponent(HOSTILE)}`,
  ]) {
    const answered = await page.goto(ours(path))
    if (/html/.test(answered?.headers()['content-type'] ?? '')) await harmless(path)
  }
  assert.deepEqual(alerts, [])
  await close()
})

test('PG-01, attack, clickjacking: in a frame of another site none of our pages is shown', async () => {
  const { context, asked: question } = await asked()
  const pages = [question, ours('apps'), ours('sign-out'), ours('sign-in'), ours('authorize')]
  html = pages.map((url) => `<iframe src="${url}"></iframe>`).join('')
  const page = await context.newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (/frame-ancestors/.test(message.text())) refused.push(message.text())
  })
  await page.goto(evil)
  while (refused.length < pages.length) await page.waitForEvent('console')
  const frames = page.frames().filter((one) => one !== page.mainFrame())
  assert.equal(frames.length, pages.length)
  for (const frame of frames) assert.equal(await frame.locator('form, main').count(), 0, frame.url())
  await context.close()
})

/** Sends a form from a page of another site, as that page does on its own. */
const sentFrom = async (
  context: BrowserContext,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<Page> => {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
  html = `<form method="post" action="${action}">${inputs.join('')}</form>`
  const page = await context.newPage()
  await page.goto(evil)
  const answered = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.evaluate(`document.forms[0].submit()`)
  assert.equal((await answered).status(), 403)
  await page.waitForURL(action)
  return page
}

test('PG-03, attack, CSRF: a form that another site sends by itself allows nothing and signs nobody in or out', async () => {
  const { context, page, csrf, asked: question } = await asked()
  // Even were the token known.
  for (const [action, fields] of [
    [question, { decision: 'allow', username: 'ana' }],
    [ours('sign-out'), {}],
    [ours('sign-in'), { username: 'bob', password: 'correct horse battery staple' }],
    [ours('apps/sign-out'), { all: '1' }],
    [ours('apps/remove'), { client_id: world.web.client_id, confirm: '1' }],
  ] as const) {
    const answered = await sentFrom(context, action, { ...fields, csrf })
    assert.equal(await headingOf(answered), 'This form could not be checked', action)
    await answered.close()
  }
  await page.goto(question)
  assert.match(await page.getByRole('main').innerText(), /Signed in as ana/)
  await press(page, 'Allow')
  await page.waitForURL(/^https:\/\/shop\.example\/cb/)
  assert.equal(await headingOf(page), 'Welcome')
  await context.close()
})

test('PG-01, attack, a window in hand: a site that opened our page can neither steer it nor see where it is', async () => {
  const { context, asked: question } = await asked()
  html = `<button onclick="window.opened = window.open('${question}')">A prize</button>`
  const page = await context.newPage()
  await page.goto(evil)
  const [popup] = await Promise.all([context.waitForEvent('page'), page.getByRole('button').click()])
  assert.match(await headingOf(popup), /^Shop wants access/)
  assert.equal(await page.evaluate('opened.closed'), true)
  assert.equal(await popup.evaluate('opener'), null)
  await context.close()
})

test('CORS-01, attack, reading across origins: a script of another site reads no page, with cookies or without', async () => {
  const { context, asked: question } = await asked()
  html = ''
  const page = await context.newPage()
  await page.goto(evil)
  for (const url of [question, ours('apps'), ours('authorize')]) {
    for (const credentials of ['include', 'omit']) {
      const read = page.evaluate(
        `fetch('${url}', { credentials: '${credentials}' }).then((one) => one.text())`,
      )
      await assert.rejects(read, /Failed to fetch/)
    }
  }
  await context.close()
})
