/** An authorization request of a client with a person to answer it. */
import assert from 'node:assert/strict'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { createUser } from '../../src/users.ts'
import type { TestBrowser } from './_browser.ts'
import type { Answered, Credentials, Harness } from './_harness.ts'

export const PASSWORD = 'correct horse battery staple'

/** RFC 7636 appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export const CALLBACK = 'https://shop.example/cb'

/** A confidential client of the code flow. */
export const WEB: GivenMetadata = {
  client_name: 'Shop',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'orders:read orders:write',
}

/** Adds a person; a hash takes its time, so once a harness. */
export const person = async ({ server, hide }: Harness, username = 'ana'): Promise<string> => {
  hide(PASSWORD)
  const created = await createUser(server, { username, password: PASSWORD })
  assert.ok('sub' in created)
  return created.sub
}

/** The path of an authorization request; a member that is `undefined` is left out. */
export const requestOf = (
  { client_id }: Pick<Credentials, 'client_id'>,
  given: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): string => {
  const all = {
    response_type: 'code',
    client_id,
    redirect_uri: CALLBACK,
    state: 's 1',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...given,
  }
  const pairs = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  )
  return `/oauth/authorize?${new URLSearchParams(pairs)}`
}

/** Fills in the sign-in page, and follows the 303 behind it. */
export const signIn = async (browser: TestBrowser, page: Answered, username = 'ana'): Promise<Answered> => {
  const answered = await browser.press(page, 'Sign in', { username, password: PASSWORD })
  assert.equal(answered.status, 303, answered.text)
  return browser.get(answered.headers.get('location') ?? '')
}

/** Where an answer leads to: by 302, or by the page that leads on; `undefined`: nowhere. */
export const ledTo = ({ status, headers, text }: Answered): URL | undefined => {
  const refresh = /<meta http-equiv="refresh" content="0;url=([^"]*)">/.exec(text)?.[1]
  const url = status === 302 ? headers.get('location') : refresh?.replaceAll('&amp;', '&')
  return url === null || url === undefined ? undefined : new URL(url)
}

/** The parameters that an answer leads back with; none when it leads nowhere. */
export const parameters = (answered: Answered): Readonly<Record<string, string>> =>
  Object.fromEntries(ledTo(answered)?.searchParams ?? [])

/** The heading of a page. */
export const heading = ({ text }: Answered): string =>
  (/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(text)?.[1] ?? '').replace(/<[^>]*>/g, '')
