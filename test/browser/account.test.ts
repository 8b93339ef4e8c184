/** The account's own pages in a real Chromium, at a running oauthd: by eye, by keyboard, small and dark. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { activeOf, connections } from '../end-to-end/_site.ts'
import { PASSWORD } from '../http/_authorize.ts'
import { APP_CALLBACK, SHOP_CALLBACK } from './_client-app.ts'
import { faultsOf, misfitsOf } from './_look.ts'
import { headingOf, openWorld, press, signIn, type Visit, type World } from './_world.ts'

let world: World
before(async () => {
  world = await openWorld()
})
after(() => world?.close())

const ours = (path: string): string => `${world.serving.issuer}/oauth/${path}`

const begin = async (page: Page, redirect_uri = SHOP_CALLBACK): Promise<void> => {
  await page.goto(String(await world.app.begin(redirect_uri)))
}

/** A browser in which somebody is signed in, on the page of connected apps. */
const signedIn = async (username = 'ana'): Promise<Visit> => {
  const visit = await world.visit()
  await visit.page.goto(ours('apps'))
  await signIn(visit.page, username)
  assert.equal(await headingOf(visit.page), 'Connected apps')
  return visit
}

test('PG-07: "Remove access" asks, then the page says so, and the tokens have ended', async () => {
  const { page, close } = await signedIn()
  await begin(page)
  await press(page, 'Allow')
  await page.waitForURL(/^https:\/\/shop\.example\/cb/)
  const token = world.app.redeemed.at(-1)?.access_token ?? ''
  const { post, close: hangUp } = connections(world.serving.url)
  assert.deepEqual(await activeOf(post, world.web, [token]), [true])

  await page.goto(ours('apps'))
  await page.getByRole('button', { name: 'Remove access', description: 'Shop' }).click()
  assert.equal(await headingOf(page), 'Remove the access of Shop?')
  assert.deepEqual(await activeOf(post, world.web, [token]), [true])
  await press(page, 'Remove access')
  assert.equal(await page.getByRole('status').innerText(), "Removed Shop's access.")
  assert.equal(await page.getByRole('button', { name: 'Remove access' }).count(), 0)
  assert.deepEqual(await activeOf(post, world.web, [token]), [false])
  hangUp()
  await close()
})

test('contract, pages: another browser is signed out from the list, then this one, and both must sign in again', async () => {
  const [one, two] = [await signedIn('bob'), await signedIn('bob')]
  const other = two.page.getByRole('listitem').filter({ hasNotText: 'this browser' })
  await other.getByRole('button', { name: 'Sign out', exact: true }).click()
  assert.equal(await two.page.getByRole('status').innerText(), 'Signed out the other browser.')
  await one.page.reload()
  assert.match(await headingOf(one.page), /^Sign in to /)

  await two.page.goto(ours('sign-out'))
  await press(two.page, 'Sign out')
  assert.equal(await headingOf(two.page), 'You are signed out')
  await two.page.goto(ours('apps'))
  assert.match(await headingOf(two.page), /^Sign in to /)
  await Promise.all([one.close(), two.close()])
})

test('WCAG 2.1.1, F9: with Tab and Enter alone a person signs in; Enter on the checkbox denies, on Allow allows', async () => {
  const { page, close } = await world.visit()
  /** Tabs on until what has this role and name has the focus. */
  const tabTo = async (role: 'textbox' | 'checkbox' | 'button', name: string): Promise<void> => {
    const wanted =
      role === 'textbox' ? page.getByLabel(name, { exact: true }) : page.getByRole(role, { name })
    for (let steps = 0; steps < 20; steps += 1) {
      await page.keyboard.press('Tab')
      if (await wanted.evaluate((one) => one.matches(':focus-visible'))) return
    }
    assert.fail(`Tab never comes to ${name}`)
  }
  await begin(page)
  await tabTo('textbox', 'Username')
  await page.keyboard.type('ana')
  await tabTo('textbox', 'Password')
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  await tabTo('checkbox', 'Remember this decision')
  await page.keyboard.press('Enter')
  await page.waitForURL(/^https:\/\/shop\.example\/cb/)
  assert.equal(await headingOf(page), 'access_denied')

  await begin(page)
  await tabTo('checkbox', 'Remember this decision')
  await page.keyboard.press('Space')
  await tabTo('button', 'Allow')
  await page.keyboard.press('Enter')
  await page.waitForURL(/^https:\/\/shop\.example\/cb/)
  assert.equal(await headingOf(page), 'Welcome')
  await close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`ux 3.3: at 320 px and ${colorScheme} every page of a real flow fits, and axe finds nothing`, async () => {
    const visit = await world.visit({ colorScheme, viewport: { width: 320, height: 640 } })
    let { page } = visit
    const faults: string[] = []
    const seen: string[] = []
    const look = async (): Promise<void> => {
      const found = [...(await faultsOf(page)), ...(await misfitsOf(page))]
      const heading = await headingOf(page)
      seen.push(heading)
      faults.push(...found.map((fault) => `${heading}: ${fault}`))
    }
    await begin(page, APP_CALLBACK)
    await look()
    await signIn(page, 'ana', 'wrong horse battery')
    await page.getByRole('alert').waitFor()
    await look()
    await signIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    await look()
    await press(page, 'Allow')
    await page.getByRole('link', { name: 'Continue' }).waitFor()
    await look()
    await world.app.redeem(new URL((await page.getByRole('link').getAttribute('href')) ?? ''))
    // Where a scheme is unknown Chromium asks about it, over the page: the rest is in another tab.
    page = await visit.context.newPage()
    await page.goto(ours('apps'))
    await look()
    await page.getByRole('button', { name: 'Remove access' }).first().click()
    await page.getByRole('heading', { name: /^Remove the access/ }).waitFor()
    await look()
    await page.goto(ours('sign-out'))
    await look()
    await press(page, 'Sign out')
    await page.getByRole('status').waitFor()
    await look()
    await page.goto(ours('authorize?client_id=cl_nobody&redirect_uri=https://evil.example/cb'))
    await page.locator('details').evaluate((one) => one.setAttribute('open', ''))
    await look()
    await page.goto(ours('authorize/ar_00000000000000000000000000'))
    await look()
    assert.equal(new Set(seen).size, 9, seen.join('\n'))
    assert.deepEqual(faults, [])
    await visit.close()
  })
}
