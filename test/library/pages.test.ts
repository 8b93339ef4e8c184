import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createOAuthServer, type OAuthServerOptions } from '../../src/index.ts'
import { environment } from '../_environment.ts'
import { temporaryFolder } from '../_store.ts'

/** An enabled server with pages of its own, and what it warned of. */
const withPages = async (
  t: TestContext,
  pages: OAuthServerOptions['pages'],
): Promise<{ readonly text: string; readonly warnings: readonly string[] }> => {
  environment(t, {})
  const warnings: string[] = []
  const server = await createOAuthServer({
    db: join(temporaryFolder(t), 'app.db'),
    enabled: true,
    log: { info() {}, warn: (_, message) => warnings.push(message), error() {} },
    ...(pages === undefined ? {} : { pages }),
  })
  t.after(() => server.close())
  const answer = await server.fetch(new Request('http://localhost:6749/oauth/sign-in'))
  return { text: await answer.text(), warnings }
}

test('contract, library: the option pages names the site, and shows its logo', async (t) => {
  const logo = join(temporaryFolder(t), 'logo.svg')
  writeFileSync(logo, '<svg xmlns="http://www.w3.org/2000/svg"/>')
  const { text, warnings } = await withPages(t, { name: 'ERP', logo, accent: '#0b6e4f' })
  assert.match(text, /<h1>Sign in to <bdi>ERP<\/bdi><\/h1>/)
  assert.match(text, /<img src="\/oauth\/logo-[\w-]{16}" alt=""/)
  assert.deepEqual(warnings, [])
})

test('ux 3.4: the library warns of an accent that is hard to read; without one the site is the host', async (t) => {
  const { warnings } = await withPages(t, { accent: '#ffe000' })
  assert.match(warnings.join('\n'), /^pages\.accent #ffe000 has contrast 1\.\d:1/)
  assert.match((await withPages(t, undefined)).text, /<h1>Sign in to <bdi>localhost:6749<\/bdi><\/h1>/)
})

test('contract, library: a wrong member of pages is a TypeError that names it, and nothing is opened', async (t) => {
  environment(t, {})
  // A caller in JavaScript.
  const options = (pages: unknown): OAuthServerOptions =>
    ({ db: '/no/where/app.db', enabled: true, pages }) as OAuthServerOptions
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ acent: '#0b6e4f' }, /^pages\.acent: did you mean pages\.accent\?$/],
    [{ accent: 'green' }, /^pages\.accent must be a colour/],
    [{ logo: '/no/where/logo.svg' }, /^pages\.logo \/no\/where\/logo\.svg cannot be read$/],
    ['blue', /^pages must be a table of settings$/],
  ]
  for (const [pages, message] of wrong) {
    await assert.rejects(createOAuthServer(options(pages)), { name: 'TypeError', message })
  }
})

test('contract, library: every setting is an option by its name: with interaction_url people go to the host', async (t) => {
  environment(t, {})
  const server = await createOAuthServer({
    db: join(temporaryFolder(t), 'app.db'),
    enabled: true,
    code_ttl: 30,
    refresh_ttl: '30d',
    refresh_idle_ttl: '1d',
    refresh_grace: 0,
    session_ttl: '1h',
    interaction_url: 'https://app.example/ask',
  })
  t.after(() => server.close())
  const redirect_uri = 'https://shop.example/cb'
  const { client_id } = await server.clients.create({ client_name: 'Shop', redirect_uris: [redirect_uri] })
  const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
  const asked = { response_type: 'code', client_id, redirect_uri, code_challenge }
  const query = new URLSearchParams({ ...asked, code_challenge_method: 'S256' })
  const answer = await server.fetch(new Request(`http://localhost:6749/oauth/authorize?${query}`))
  assert.equal(answer.status, 302)
  assert.match(answer.headers.get('location') ?? '', /^https:\/\/app\.example\/ask\?interaction=ar_/)
})
