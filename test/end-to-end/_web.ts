/** A browser without a screen, over the network: the one of the in-process tests, at a running server. */

import { completeSettings } from '../../src/protocol/settings.ts'
import type { Serving } from '../_process.ts'
import { openBrowser, type TestBrowser } from '../http/_browser.ts'
import type { Answered } from '../http/_harness.ts'

/** A browser that has never been here; targets are paths, or addresses of any host. */
export const webBrowser = ({ url, issuer }: Pick<Serving, 'url' | 'issuer'>): TestBrowser =>
  openBrowser(
    {
      hide() {},
      send: (method, target, init) =>
        answered(fetch(new URL(target, url), { ...init, method, redirect: 'manual' })),
    },
    completeSettings({ issuer }),
  )

/** Goes to an address without anything of a browser: as somebody else on the machine. */
export const visit = (address: string | URL, init: RequestInit = {}): Promise<Answered> =>
  answered(fetch(address, { redirect: 'manual', ...init }))

const answered = async (asked: Promise<Response>): Promise<Answered> => {
  const { status, headers, ...response } = await asked.then(async (one) => ({
    status: one.status,
    headers: one.headers,
    text: await one.text(),
  }))
  const isJson = /json$/.test(headers.get('content-type') ?? '')
  return { status, headers, text: response.text, body: isJson ? JSON.parse(response.text) : {} }
}
