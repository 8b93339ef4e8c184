/** An Express app that signs its people in with passport-oauth2, against the real process. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import express from 'express'
import passport from 'passport'
import OAuth2Strategy from 'passport-oauth2'
import { type Credentials, openSite } from './_site.ts'
import { addPeople, visitor } from './_visitor.ts'
import { visit } from './_web.ts'

/** The app of the package's README; its session is one browser's. */
const openExpressApp = async (
  t: TestContext,
  url: string,
  { client_id, client_secret }: Credentials,
): Promise<{ readonly origin: string; readonly strategy: OAuth2Strategy }> => {
  const app = express()
  const http = createServer(app).listen(0, '127.0.0.1')
  t.after(() => http.close())
  await once(http, 'listening')
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const strategy = new OAuth2Strategy(
    {
      authorizationURL: `${url}/oauth/authorize`,
      tokenURL: `${url}/oauth/token`,
      clientID: client_id,
      clientSecret: client_secret,
      callbackURL: `${origin}/cb`,
      scope: 'orders:read',
      state: true,
      pkce: true,
    },
    (access_token, refresh_token, _profile, done) => done(null, { access_token, refresh_token }),
  )
  const people = new passport.Passport()
  people.use(strategy)
  const session = {}
  app.use((request, _response, next) => {
    request.session = session
    next()
  })
  app.use(people.initialize())
  app.get('/login', people.authenticate('oauth2', { session: false }))
  app.get('/cb', people.authenticate('oauth2', { session: false }), (request, response) =>
    response.json(request.user),
  )
  return { origin, strategy }
}

test('OAuth 2.1 4.1, 4.3: passport-oauth2 on Express signs a person in with PKCE, and refreshes', async (t) => {
  const site = await openSite()
  t.after(() => site.close())
  await addPeople(site, 'ana')
  const serving = await site.serve()
  const credentials = await site.client({
    client_name: 'Express app',
    redirect_uris: ['http://127.0.0.1/cb'],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'orders:read',
    token_endpoint_auth_method: 'client_secret_post',
  })
  const { origin, strategy } = await openExpressApp(t, serving.url, credentials)
  const ana = visitor(serving)
  const begin = async (): Promise<string> => {
    const { status, headers } = await visit(`${origin}/login`)
    assert.equal(status, 302)
    return headers.get('location') ?? ''
  }

  assert.equal((await visit(await ana.answer(await begin(), 'Deny'))).status, 401)

  const led = await ana.answer(await begin())
  assert.ok(led.href.startsWith(`${origin}/cb?code=`), led.href)
  const { status, text } = await visit(led)
  assert.equal(status, 200, text)
  const { access_token, refresh_token } = JSON.parse(text) as Record<string, unknown>
  const refreshed = await new Promise<string>((resolve, reject) =>
    strategy._oauth2.getOAuthAccessToken(
      String(refresh_token),
      { grant_type: 'refresh_token' },
      (error, token) => (error ? reject(error) : resolve(token)),
    ),
  )
  assert.match(refreshed, /^oat_/)
  assert.notEqual(refreshed, access_token)
})
