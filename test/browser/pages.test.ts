import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { PAGE_HEADERS } from '../../src/http/page.ts'
import { stylesheet } from '../../src/pages/stylesheet.ts'
import { themeOf } from '../../src/protocol/theme.ts'
import { LOGO, type Story, stories } from '../pages/_stories.ts'
import { findChromium, openChromium } from './_chromium.ts'
import { faultsOf, misfitsOf } from './_look.ts'

const ORIGIN = 'https://id.example'
const SCHEMES = ['light', 'dark'] as const
/** WCAG 2.2 1.4.10: a page has to do with 320 CSS pixels. */
const WIDTHS = [320, 1280] as const
const LOOKS = SCHEMES.flatMap((colorScheme) => WIDTHS.map((width) => ({ colorScheme, width })))

/** Where screenshots go when somebody wants to look at them. */
const SCREENSHOTS = process.env['OAUTHD_TEST_SCREENSHOTS']

let browser: Browser
before(async () => {
  browser = await openChromium()
})
after(() => browser?.close())

/** The stories as our server would answer them, headers and all; every other place answers nothing. */
const open = async (
  all: readonly Story[],
  options: Parameters<Browser['newContext']>[0],
  css: string = stylesheet(themeOf({ accent: undefined, accent_dark: undefined })),
): Promise<BrowserContext> => {
  const context = await browser.newContext(options)
  await context.route('**', (route) => {
    const url = new URL(route.request().url())
    const name = url.pathname.slice(1)
    if (url.origin !== ORIGIN) return route.fulfill({ status: 204 })
    if (name === 'page.css') return route.fulfill({ contentType: 'text/css', body: css })
    if (name === 'logo.svg') return route.fulfill({ contentType: 'image/svg+xml', body: LOGO })
    const story = all.find((one) => one.name === name)
    return route.fulfill(
      story === undefined ? { status: 404 } : { headers: { ...PAGE_HEADERS }, body: story.page },
    )
  })
  return context
}

test('ux 3.3: every page, light and dark, at 320 and 1280 px, fits and has nothing that axe finds', async () => {
  const all = stories()
  const context = await open(all, {})
  const faults: string[] = []
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(`${page.url()}: ${message.text()}`)
  })
  for (const { name } of all) {
    await page.goto(`${ORIGIN}/${name}`)
    for (const { colorScheme, width } of LOOKS) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      if (SCREENSHOTS !== undefined) await shoot(page, `${name}.${width}.${colorScheme}`)
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
      const found = [...(await faultsOf(page)), ...(await misfitsOf(page))]
      faults.push(...found.map((fault) => `${name} ${width} ${colorScheme}: ${fault}`))
    }
  }
  await context.close()
  assert.deepEqual(faults, [])
})

const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = SCREENSHOTS ?? ''
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

test('ux 3.3: a page too wide, a small target and a fault for axe are found', async () => {
  const planted =
    '<!doctype html><html><title>x</title><body style="width:2000px"><button>a</button></body></html>'
  const context = await browser.newContext({ viewport: { width: 320, height: 800 } })
  const page = await context.newPage()
  await page.setContent(planted)
  assert.match((await misfitsOf(page)).join('\n'), /wider than the window[\s\S]*<button>a<\/button> is/)
  assert.match((await faultsOf(page)).join('\n'), /html-has-lang/)
  await context.close()
})

test('ux 3.4: an accent that is hard to read still gives pages that axe finds nothing in', async () => {
  const all = stories().filter(({ name }) => ['consent', 'leaving'].includes(name))
  for (const accent of ['#ffe000', '#777777', '#0b6e4f']) {
    for (const colorScheme of SCHEMES) {
      const context = await open(
        all,
        { colorScheme },
        stylesheet(themeOf({ accent, accent_dark: undefined })),
      )
      const page = await context.newPage()
      for (const { name } of all) {
        await page.goto(`${ORIGIN}/${name}`)
        assert.deepEqual(await faultsOf(page), [], `${accent} ${colorScheme} ${name}`)
        if (SCREENSHOTS !== undefined) await shoot(page, `${name}.${accent.slice(1)}.${colorScheme}`)
      }
      await context.close()
    }
  }
})

test('F9: Enter on the checkbox of the consent page answers Deny', async () => {
  const context = await open(stories(), { javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${ORIGIN}/consent`)
  const sent = page.waitForRequest((request) => request.method() === 'POST')
  await page.getByRole('checkbox', { name: 'Remember this decision' }).press('Enter')
  assert.match((await sent).postData() ?? '', /(^|&)decision=deny(&|$)/)
  await context.close()
})

test('PG-10: names made of markup and controls of direction stay names in a real browser', async () => {
  const context = await open(stories(), {})
  const page = await context.newPage()
  const alerts: string[] = []
  page.on('dialog', (dialog) => {
    alerts.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(`${ORIGIN}/consent-hostile`)
  assert.match(
    await page.getByRole('heading', { level: 1 }).innerText(),
    /^<\/title><script>alert\(1\)<\/script>/,
  )
  assert.equal(await page.locator('script, img').count(), 0)
  assert.doesNotMatch(await page.content(), /[\u202e\u2066]/)
  assert.deepEqual(alerts, [])
  await context.close()
})

test('ux 3.3: written from the right, a page runs from the right and hosts stay as they are written', async () => {
  const context = await open(stories(), { viewport: { width: 320, height: 800 } })
  const page = await context.newPage()
  await page.goto(`${ORIGIN}/consent.rtl`)
  const edges = await page.evaluate(`(() => {
    const box = document.querySelector('.check').getBoundingClientRect()
    const input = document.querySelector('.check input').getBoundingClientRect()
    return { end: box.right - input.right, start: input.left - box.left }
  })()`)
  const { end, start } = edges as { end: number; start: number }
  assert.ok(end < start, `the checkbox is ${end} from the right, ${start} from the left`)
  await context.close()
})

test('house, tests: without Chromium one line says how to install it', () => {
  assert.throws(() => findChromium({}), { message: /^no Chromium: install it with [^\n]+$/ })
})
