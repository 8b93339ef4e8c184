/** The README of examples/client-web, run as it stands, and a person in Chromium who goes the whole way. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { oauthd } from '../_process.ts'
import { openChromium } from '../browser/_chromium.ts'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
let browser: Browser
before(async () => {
  clone = await openClone()
  browser = await openChromium()
})
after(async () => {
  await browser?.close()
  await clone?.remove()
})

/** From the app's link to the app again, by the pages of oauthd, which may know this browser already. */
const signIn = async (page: Page, knows: 'nobody' | 'ana'): Promise<void> => {
  await page.getByRole('link', { name: 'Sign in' }).click()
  if (knows === 'nobody') {
    await page.getByLabel('Username').fill('ana')
    await page.getByLabel('Password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('Signed in as ana, who allows: orders:read').waitFor()
}

const cli = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await oauthd(args, { cwd: clone.path })
  assert.equal(code, 0, stderr)
  return stdout
}

test('OAuth 2.1 4.1, 4.3, RFC 7009: the web app signs a person in, keeps its tokens to itself, refreshes, revokes, and sees access taken back', async (t) => {
  const { port, shell } = await runDocument(t, clone.path, 'examples/client-web/README.md', {
    ports: [6749, 3000],
    jobs: [
      [/oauthd serve/, 6749],
      [/app\.ts/, 3000],
    ],
  })
  const app = `http://localhost:${port(3000)}`
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  const seen: string[] = []
  page.on('request', (request) => seen.push(`${request.url()} ${request.postData()}`))
  await page.goto(app)
  await signIn(page, 'nobody')
  const [back = ''] = seen.filter((line) => line.startsWith(`${app}/callback?code=`))
  assert.match(back, /&state=[^&]+&iss=http/)
  const cookies = (await context.cookies()).filter(({ name }) => name.startsWith('shop_'))
  assert.deepEqual(
    cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]),
    [['shop_session', true, 'Lax']],
  )
  const shown = seen.join() + JSON.stringify(cookies) + (await page.content())
  assert.doesNotMatch(shown, /o[ar]t_\w/, 'no token comes to the browser')

  const address = back.split(' ')[0] ?? ''
  assert.equal((await fetch(address)).status, 400, 'a browser that did not ask')
  const started = await fetch(`${app}/sign-in`, { redirect: 'manual' })
  const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  assert.equal((await fetch(address, { headers: { cookie } })).status, 403, 'the answer to another question')
  assert.equal((await fetch(address, { headers: { cookie } })).status, 400, 'a question is answered once')

  const forged = await page.request.post(`${app}/sign-out`, { headers: { origin: 'https://evil.example' } })
  assert.equal(forged.status(), 403)
  await page.reload()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  const live = await cli('token:list', '--user', 'ana', '--active', '-q')
  assert.equal(live, '', 'nothing is left of the tokens')

  // Less than the app wants to have left, so that every page refreshes first.
  const [client_id = ''] = (await cli('client:list', '-q')).trim().split('\n')
  await cli('client:update', client_id, '--access-token-ttl', '20s')
  await signIn(page, 'ana')
  for (let times = 0; times < 2; times += 1) {
    await page.reload()
    await page.getByText('Signed in as ana').waitFor()
  }
  assert.ok(shell.said().split('"grant_type":"refresh_token"').length > 2, 'it has refreshed')
  await cli('consent:revoke', '--user', 'ana', '--client', client_id, '--yes')
  await page.reload()
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
})
