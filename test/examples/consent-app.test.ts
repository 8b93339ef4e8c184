/** The README of examples/consent-app, run as it stands, and the whole way through both processes. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHECKOUT, copyCheckout, outerPath, temporaryFolder } from '../_process.ts'
import { differences, inBackground, openShell, type Shell, stepsOf } from '../_readme.ts'

/** A free port, below those that connections of other programs take meanwhile. */
const freePort = async (from: number): Promise<number> => {
  const server = createServer().listen(from, '127.0.0.1')
  try {
    await once(server, 'listening')
    return from
  } catch {
    return freePort(from + 1)
  } finally {
    server.close()
  }
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )

/** A server that ends says so, so that nobody waits for it. */
const inTheBackground = (command: string): string => {
  const [, job] = /^([\s\S]*) >&2 &$/.exec(inBackground(command)) ?? []
  return job === undefined ? command : `{ ${job} || true; echo it has ended; } >&2 &`
}

/** Asked again whenever somebody has said something. */
const untilAnswers = async (url: string, shell: Shell): Promise<void> => {
  for (;;) {
    assert.doesNotMatch((await shell.run(':')).stderr, /it has ended/)
    const more = shell.saysMore()
    more.catch(() => {})
    if (await answers(url)) return
    await more
  }
}

let oauthd: string
let app: string
let shop: { readonly client_id: string; readonly client_secret: string }
const closing: (() => Promise<unknown>)[] = []

before(async () => {
  const port = await freePort(20_000 + (process.pid % 10_000))
  const app_port = await freePort(port + 1)
  oauthd = `http://localhost:${port}`
  app = `http://localhost:${app_port}`
  const folder = await temporaryFolder()
  closing.unshift(() => folder.remove())
  const clone = join(folder.path, 'oauthd')
  await copyCheckout(clone)
  const shell = openShell(clone, {
    PATH: outerPath(),
    OAUTHD_PORT: `${port}`,
    npm_config_cache: join(folder.path, 'npm'),
    npm_config_offline: 'true',
  })
  closing.unshift(() => shell.stop())
  const readme = await readFile(join(CHECKOUT, 'examples/consent-app/README.md'), 'utf8')
  const known = new Map<string, string>()
  for (const { command, printed } of stepsOf(readme.replaceAll('3000', `${app_port}`))) {
    const output = await shell.run(inTheBackground(command))
    if (/oauthd serve/.test(command)) await untilAnswers(`${oauthd}/healthz`, shell)
    else if (/app\.ts/.test(command)) await untilAnswers(app, shell)
    else if (printed !== undefined) assert.deepEqual(differences(printed, output, known), [], command)
  }
  const env = await readFile(join(clone, 'shop.env'), 'utf8')
  const lineOf = (name: string): string => new RegExp(`^SHOP_${name}=(.+)$`, 'm').exec(env)?.[1] ?? ''
  shop = { client_id: lineOf('CLIENT_ID'), client_secret: lineOf('CLIENT_SECRET') }
  assert.match(shop.client_id, /^cl_/)
})
after(async () => {
  for (const close of closing) await close()
})

/** A browser: cookies by host, which on one host every port shares, and no redirect followed by itself. */
interface Browser {
  get(url: string): Promise<Response>
  /** Sends the form of a page, with what is filled in and the button that is pressed. */
  send(url: string, page: string, action: string, fields: Readonly<Record<string, string>>): Promise<Response>
}

const openBrowser = (): Browser => {
  const cookies = new Map<string, string>()
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...init.headers, cookie }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  return {
    get: (url) => go(url),
    send(url, page, action, fields) {
      const hidden = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)]
      const values = hidden.map(([, name = '', value = '']): [string, string] => [name, value])
      return go(new URL(action, url).href, {
        method: 'POST',
        headers: { origin: new URL(url).origin },
        body: new URLSearchParams([...values, ...Object.entries(fields)]),
      })
    },
  }
}

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CALLBACK = 'http://127.0.0.1:4000/callback'

const requestOf = (given: Readonly<Record<string, string>> = {}): string =>
  `${oauthd}/oauth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: shop.client_id,
    redirect_uri: CALLBACK,
    state: 's1',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...given,
  })}`

const location = (response: Response): string => response.headers.get('location') ?? ''

/** From the client to the app's page: where it is, and what it shows. */
const begin = async (
  browser: Browser,
  given = {},
): Promise<{ readonly url: string; readonly page: Response }> => {
  const handed = await browser.get(requestOf(given))
  assert.equal(handed.status, 302)
  const url = location(handed)
  assert.ok(url.startsWith(`${app}/start?interaction=ar_`), url)
  return { url, page: await browser.get(url) }
}

/** Signs in, as far as the consent page. */
const signIn = async (
  browser: Browser,
  username: 'ana' | 'bo' = 'ana',
): Promise<{ readonly url: string; readonly consent: string }> => {
  const { url, page } = await begin(browser)
  const text = await page.text()
  assert.match(text, /<h1>Sign in to continue to Shop<\/h1>/)
  const wrong = await browser.send(url, text, '/sign-in', { username, password: 'wrong' })
  assert.equal(wrong.status, 401)
  const right = await browser.send(url, text, '/sign-in', { username, password: username.repeat(3) })
  assert.equal(right.status, 303)
  const consent = await (await browser.get(new URL(location(right), url).href)).text()
  assert.match(consent, /<h1>Shop wants access<\/h1>[\s\S]*orders:read[\s\S]*127\.0\.0\.1:4000/)
  return { url, consent }
}

/** Presses a button of the consent page; where the app then sends the browser. */
const press = async (
  browser: Browser,
  { url, consent }: { readonly url: string; readonly consent: string },
  fields: Readonly<Record<string, string>>,
): Promise<string> => {
  const pressed = await browser.send(url, consent, '/consent', fields)
  assert.equal(pressed.status, 303, await pressed.text())
  const path = location(pressed)
  assert.match(path, /\/oauth\/interactions\/ar_[^/]+\/resume\?ticket=/)
  return path
}

const answerOf = (response: Response): Readonly<Record<string, string>> => {
  assert.equal(response.status, 302)
  const url = new URL(location(response))
  assert.equal(url.origin + url.pathname, CALLBACK)
  return Object.fromEntries(url.searchParams)
}

const isOver = async (response: Response): Promise<void> => {
  assert.equal(response.status, 400)
  assert.doesNotMatch(await response.text(), /oac_/)
}

const post = async (
  endpoint: string,
  form: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> => {
  const body = new URLSearchParams({ ...form, ...shop })
  const answer = await fetch(`${oauthd}/oauth/${endpoint}`, { method: 'POST', body })
  return (await answer.json()) as Readonly<Record<string, unknown>>
}

test('contract, interaction API: a person of the example app allows, and the client gets her token, once', async () => {
  const browser = openBrowser()
  const way_back = await press(browser, await signIn(browser), { decision: 'allow' })
  const { code = '', state, iss } = answerOf(await browser.get(way_back))
  assert.deepEqual([state, iss], ['s1', oauthd])
  const redeemed = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
  const { access_token, scope } = await post('token', redeemed)
  assert.equal(scope, 'orders:read orders:write')
  const { active, sub, username, amr } = await post('introspect', { token: String(access_token) })
  assert.deepEqual(
    { active, sub, username, amr },
    { active: true, sub: 'user-1', username: 'ana', amr: ['pwd'] },
  )
  await isOver(await browser.get(way_back))
})

test('contract, interaction API: who denies in the example app sends the client access_denied, and cannot allow any more', async () => {
  const browser = openBrowser()
  const asked = await signIn(browser)
  const told = answerOf(await browser.get(await press(browser, asked, { decision: 'deny' })))
  assert.deepEqual([told['error'], told['state'], told['iss']], ['access_denied', 's1', oauthd])
  await isOver(await browser.send(asked.url, asked.consent, '/consent', { decision: 'allow' }))
  await isOver(await browser.get(asked.url))
})

test('AZ-15: a stolen interaction id is worthless: the thief may decide it in the app, and gets nothing from it', async () => {
  const victim = openBrowser()
  const { url } = await begin(victim)
  const thief = openBrowser()
  const page = await (await thief.get(url)).text()
  await thief.send(url, page, '/sign-in', { username: 'bo', password: 'bobobo' })
  const consent = await (await thief.get(url)).text()
  const way_back = await press(thief, { url, consent }, { decision: 'allow' })
  await isOver(await thief.get(way_back))
})

test('AZ-15: somebody lured into allowing the request of another browser gives that browser nothing', async () => {
  const attacker = openBrowser()
  const { url } = await begin(attacker)
  const victim = openBrowser()
  const page = await (await victim.get(url)).text()
  await victim.send(url, page, '/sign-in', { username: 'ana', password: 'anaanaana' })
  const consent = await (await victim.get(url)).text()
  const way_back = await press(victim, { url, consent }, { decision: 'allow' })
  await isOver(await attacker.get(way_back.replace(/\?.*/, '')))
  await isOver(await victim.get(way_back))
})

test('AZ-12: what was remembered in the example app is not asked again, and prompt is heeded there', async () => {
  const browser = openBrowser()
  const asked = await signIn(browser, 'bo')
  await browser.get(await press(browser, asked, { decision: 'allow', remember: '1' }))
  const again = async (given = {}): Promise<Response> => (await begin(browser, given)).page
  const silent = await again({ prompt: 'none', scope: 'orders:read' })
  assert.ok(answerOf(await browser.get(location(silent)))['code'])
  assert.match(await (await again({ prompt: 'consent' })).text(), /<h1>Shop wants access/)
  assert.match(await (await again({ max_age: '0' })).text(), /<h1>Sign in/)
  const stranger = openBrowser()
  const nobody = (await begin(stranger, { prompt: 'none' })).page
  assert.equal(answerOf(await stranger.get(location(nobody)))['error'], 'login_required')
})

test('PG-03: the example app takes a form from its own page alone', async () => {
  const browser = openBrowser()
  const { url, consent } = await signIn(browser)
  const action = new URL('/consent', url).href
  const forged = await browser.send('https://evil.example/', consent, action, { decision: 'allow' })
  assert.equal(forged.status, 403)
  assert.match(consent, /name="interaction"/)
})
