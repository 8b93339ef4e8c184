/** A page of ours in a frame of somebody else's, under their button (PG-01, O21 7.11). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { person, requestOf } from '../http/_authorize.ts'
import { type Answered, type Harness, openHarness } from '../http/_harness.ts'
import { victim } from './_victim.ts'

let h: Harness
before(async () => {
  h = await openHarness()
  await person(h)
})
after(() => h.close())

const cannotBeFramed = ({ status, headers }: Answered, what: string): void => {
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /(^|; )frame-ancestors 'none'(;|$)/, `${what}: ${status}`)
  assert.match(policy, /^default-src 'none';/, what)
  assert.doesNotMatch(policy, /unsafe|\*|script-src|data:/, what)
  assert.equal(headers.get('x-frame-options'), 'DENY', what)
}

const isPage = ({ headers }: Answered): boolean => /^text\/html/.test(headers.get('content-type') ?? '')

test('PG-01, attack, clickjacking: every route for people, asked in every way, forbids to be framed', async () => {
  const pages = routes().filter(({ refusals }) => refusals === 'page')
  assert.ok(pages.length >= 7)
  for (const { name, path = name } of pages) {
    for (const who of [undefined, await victim(h)]) {
      const target = `/oauth/${path.replace(':request_id', who?.request_id ?? 'ar_00000000000000000000000000')}`
      const browser = who?.browser ?? h.browser()
      const answers = [
        await browser.get(target),
        await browser.post(target, { csrf: who?.csrf ?? 'none', username: 'ana', decision: 'allow' }),
        await browser.post(target, {}),
        await browser.post(target, '%zz=%'),
        await h.send('PUT', target),
        await h.send('DELETE', target),
      ]
      // What is no page is empty: a redirect, or the answer to a method that is none.
      for (const answered of answers) {
        if (isPage(answered)) cannotBeFramed(answered, `${name} ${answered.status}`)
        else assert.equal(answered.text, '', `${name} ${answered.status}`)
      }
      assert.ok(answers.some(isPage), name)
    }
  }
})

test('PG-01, attack, clickjacking: sign-in, question, way back and error forbid it, each by itself', async () => {
  const { browser, page, client } = await victim(h)
  const shown = [
    page,
    await h.browser().get(requestOf(client)),
    await browser.get('/oauth/apps'),
    await browser.get('/oauth/sign-out'),
    await browser.press(page, 'Allow'),
    await browser.press(page, 'Allow'),
    await h.browser().get(requestOf({ client_id: 'cl_nobody' })),
  ]
  assert.deepEqual(
    shown.map(({ status }) => status),
    [200, 200, 200, 200, 200, 400, 400],
  )
  for (const one of shown) cannotBeFramed(one, one.text.slice(0, 200))
})
