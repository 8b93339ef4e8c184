/** An app that owns sign-in and consent, and a browser that was handed over to it. */
import assert from 'node:assert/strict'
import type { Server } from '../../src/server.ts'
import { requestOf } from './_authorize.ts'
import type { TestBrowser } from './_browser.ts'
import type { Answered, Credentials, Harness } from './_harness.ts'

export const INTERACTION_URL = 'https://login.example/start?theme=dark'

/** The app: a client with the scope of the API, and its token. */
export interface TestApp {
  readonly token: string
  look(id: string, query?: string): Promise<Answered>
  decide(id: string, verb: 'approve' | 'deny', body?: unknown, over?: Server): Promise<Answered>
}

export const openApp = async (h: Harness): Promise<TestApp> => {
  const token = await h.token(await h.client({ client_name: 'Login', scope: 'oauthd:interactions' }))
  const headers = { authorization: `Bearer ${token}` }
  return {
    token,
    look: (id, query = '') => h.send('GET', `/oauth/interactions/${id}${query}`, { headers }),
    async decide(id, verb, body = {}, over) {
      const answered = await h.send(
        'POST',
        `/oauth/interactions/${id}/${verb}`,
        { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) },
        over,
      )
      const ticket = /ticket=([\w-]+)/.exec(answered.text)?.[1]
      if (ticket !== undefined) h.hide(ticket)
      return answered
    },
  }
}

/** Sends a browser to the authorization endpoint; gives the id that it carries to the app. */
export const handedOver = async (
  browser: TestBrowser,
  client: Credentials,
  given: Parameters<typeof requestOf>[1] = {},
): Promise<string> => {
  const answered = await browser.get(requestOf(client, given))
  assert.equal(answered.status, 302, answered.text)
  const url = new URL(answered.headers.get('location') ?? '')
  const id = url.searchParams.get('interaction') ?? ''
  assert.equal(url.href, `${INTERACTION_URL}&interaction=${id}`)
  assert.match(id, /^ar_[0-9a-z]{26}$/)
  return id
}

/** Where the app sends the browser, as a path of ours. */
export const wayBack = ({ status, body, text }: Answered): string => {
  const { redirect_to } = body
  assert.ok(status === 200 && typeof redirect_to === 'string', text)
  return redirect_to.replace(/^https?:\/\/[^/]+/, '')
}
