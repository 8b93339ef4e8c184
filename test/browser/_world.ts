/** One Chromium, one running oauthd and one app of somebody else's: what the tests of a file share. */
import assert from 'node:assert/strict'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Serving } from '../_process.ts'
import { type Credentials, openSite, type Site } from '../end-to-end/_site.ts'
import { addPeople } from '../end-to-end/_visitor.ts'
import { PASSWORD } from '../http/_authorize.ts'
import { openChromium } from './_chromium.ts'
import { APP_CALLBACK, type ClientApp, openClientApp, SHOP_CALLBACK, SHOP_ORIGIN } from './_client-app.ts'

export interface World {
  readonly site: Site
  readonly serving: Serving
  readonly app: ClientApp
  readonly web: Credentials
  readonly chromium: Browser
  /** A browser of its own; closing it asserts that our pages broke no rule of their own. */
  visit(options?: BrowserContextOptions): Promise<Visit>
  close(): Promise<void>
}

export interface Visit {
  readonly context: BrowserContext
  readonly page: Page
  close(): Promise<void>
}

/** Opens it with ana and bob, and a client for each kind of redirect. */
export const openWorld = async (...args: readonly string[]): Promise<World> => {
  const site = await openSite()
  await addPeople(site, 'ana', 'bob')
  const shop = {
    client_name: 'Shop',
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'orders:read orders:write',
  }
  const web = await site.client({ ...shop, redirect_uris: [SHOP_CALLBACK] })
  const native = await site.client({
    ...shop,
    redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', APP_CALLBACK],
    token_endpoint_auth_method: 'none',
  })
  const [serving, app] = await Promise.all([site.serve(...args), openClientApp()])
  await app.register(serving.issuer, { web, native })
  const rules = `MAP shop.example 127.0.0.1:${app.https_port}`
  const chromium = await openChromium(`--host-resolver-rules=${rules}`)
  const ours = new URL(serving.issuer).origin
  const known = new Set<string>([ours, SHOP_ORIGIN, ...Object.values(app.loopback)])
  return {
    site,
    serving,
    app,
    web,
    chromium,
    async visit(options = {}) {
      const context = await chromium.newContext({ ignoreHTTPSErrors: true, ...options })
      context.setDefaultTimeout(20_000)
      const faults: string[] = []
      context.on('console', (message) => {
        if (/Content.Security.Policy/.test(message.text())) faults.push(message.text())
      })
      context.on('request', (request) => {
        const { origin, protocol } = new URL(request.url())
        const isKnown = known.has(origin) || APP_CALLBACK.startsWith(protocol)
        const isLeaving = request.isNavigationRequest() && isKnown
        const isShown = request.headers()['referer'] ?? ''
        if (!isLeaving && origin !== ours) faults.push(`${request.method()} ${request.url()}`)
        // ux 3.3: no address of ours, which may hold a state, is told to anybody.
        if (origin !== ours && isShown.startsWith(ours)) faults.push(`referer ${isShown} to ${origin}`)
      })
      if (!app.is_on_ipv6) {
        await context.route(`${app.loopback['[::1]']}/**`, async (route) => {
          const body = await app.answer(new URL(route.request().url()))
          await route.fulfill({ contentType: 'text/html', body: body ?? '' })
        })
      }
      const page = await context.newPage()
      return {
        context,
        page,
        async close() {
          await context.close()
          assert.deepEqual(faults, [])
        },
      }
    },
    async close() {
      await chromium.close()
      await app.close()
      await site.close()
    },
  }
}

/** Fills in the sign-in page, as it is found by a person who sees nothing but names. */
export const signIn = async (
  page: Page,
  username: string = 'ana',
  password: string = PASSWORD,
): Promise<void> => {
  await page.getByLabel('Username', { exact: true }).fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await press(page, 'Sign in')
}

/** Presses the button with this name, and waits for what comes of it. */
export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

export const headingOf = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()
