/** A person in the middle of things, whom somebody else wants to trick. */
import assert from 'node:assert/strict'
import { PASSWORD, requestOf, signIn, WEB } from '../http/_authorize.ts'
import type { TestBrowser } from '../http/_browser.ts'
import type { Answered, Credentials, Harness } from '../http/_harness.ts'

export interface Victim {
  readonly browser: TestBrowser
  readonly client: Credentials
  /** The consent page that is open, and the pending request it is about. */
  readonly page: Answered
  readonly request_id: string
  /** What every form of ours in this browser carries. */
  readonly csrf: string
}

/** Somebody who is signed in and has been asked whether a client may. */
export const victim = async (h: Harness, username = 'ana', client?: Credentials): Promise<Victim> => {
  const asking = client ?? (await h.client(WEB))
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(asking)), username)
  return { browser, client: asking, page, request_id: requestIdOf(page), csrf: csrfOf(page) }
}

export const csrfOf = ({ text }: Answered): string => {
  const csrf = /name="csrf" value="([\w-]+)"/.exec(text)?.[1]
  assert.ok(csrf, text)
  return csrf
}

export const requestIdOf = ({ text }: Answered): string => {
  const request_id = /ar_[0-9a-z]{26}/.exec(text)?.[0]
  assert.ok(request_id, text)
  return request_id
}

/** Whether somebody is signed in in a browser. */
export const isSignedIn = async (browser: TestBrowser): Promise<boolean> =>
  (await browser.get('/oauth/apps')).status === 200

/** The fields of the sign-in page. */
export const signInFields = (username = 'ana'): Record<string, string> => ({ username, password: PASSWORD })
