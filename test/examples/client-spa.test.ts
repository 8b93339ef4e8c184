/** The README of examples/client-spa, run as it stands, and a person in Chromium who goes the whole way. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { CHECKOUT, oauthd, PROGRAMS, run } from '../_process.ts'
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

test('style: the script of the single-page app is typed as strictly as the rest, with the types of a browser', async () => {
  const { code, stdout } = await run(join(PROGRAMS, 'tsc'), ['-p', join(CHECKOUT, 'examples/client-spa')])
  assert.equal(code, 0, stdout)
})

test('RFC 7636 4, CORS-03: the single-page app redeems with PKCE in the browser, refreshes, and revokes', async (t) => {
  const { port } = await runDocument(t, clone.path, 'examples/client-spa/README.md', {
    ports: [6749, 3000],
    files: ['examples/client-spa/index.html', 'examples/client-spa/app.ts'],
    jobs: [
      [/oauthd serve/, 6749],
      [/serve\.ts/, 3000],
    ],
  })
  const app = `http://localhost:${port(3000)}/`
  const client_id = (await readFile(join(clone.path, 'spa.env'), 'utf8')).trim()
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(`${app}?client_id=${client_id}`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Username').fill('ana')
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('You allow: orders:read').waitFor()
  assert.equal(page.url(), app, 'the code is not in the address bar')
  const kept = await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage }) + document.cookie')
  assert.doesNotMatch(String(kept), /o[ar]t_|code_verifier/)
  await page.getByRole('button', { name: 'Get a new token' }).click()
  await page.getByText('with a new token').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are signed out.').waitFor()
  const { stdout } = await oauthd(['token:list', '--user', 'ana', '--active', '-q'], { cwd: clone.path })
  assert.equal(stdout, '', 'nothing is left of the tokens')
  await page.goto(`${app}?code=stolen&state=forged&iss=x`)
  await page.getByText('This is no answer to a question of this tab.').waitFor()
})
