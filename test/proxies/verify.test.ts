/** GET /oauth/verify behind the real nginx and the real Caddy. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { behind, caddy, INVALID, LACKING, missing, NONE, NOTHING, nginx, refusal } from './_behind.ts'

for (const proxy of [nginx, caddy]) {
  const { program: name, down } = proxy
  const skip = missing(proxy)

  test(`contract, verify: ${name} lets a live token through, and a revoked one no further from the next request on`, {
    skip,
  }, async (t) => {
    const { ask, token, revoke, arrived, client } = await behind(t, proxy)
    const access_token = await token()
    for (const times of [1, 2]) {
      const passed = await ask(access_token)
      assert.deepEqual([passed.status, await passed.text()], [200, 'invoices'])
      assert.equal(arrived.length, times)
    }
    const [{ headers } = NOTHING] = arrived
    assert.deepEqual(
      [headers['x-oauth-client-id'], headers['x-oauth-sub'], headers['x-oauth-scope']],
      [client.client_id, client.client_id, 'invoices.read'],
    )
    assert.equal(headers.authorization, undefined, 'the app does not see the token')
    await revoke(access_token)
    assert.deepEqual(await refusal(ask(access_token)), INVALID)
    assert.equal(arrived.length, 2, 'the app was not asked')
  })

  test(`RFC 6750 3: behind ${name} no token, a wrong one and one that lacks the scope get their challenge`, {
    skip,
  }, async (t) => {
    const { ask, token, arrived } = await behind(t, proxy)
    assert.deepEqual(await refusal(ask()), NONE)
    assert.deepEqual(await refusal(ask('oat_typo')), INVALID)
    assert.deepEqual(await refusal(ask(await token('other'))), LACKING)
    assert.deepEqual(arrived, [])
  })

  test(`contract, verify: behind ${name} nobody says himself who he is, and a body reaches the app alone`, {
    skip,
  }, async (t) => {
    const { ask, token, arrived, client } = await behind(t, proxy)
    const forged = { 'x-oauth-client-id': 'cl_evil', 'x-oauth-sub': 'admin', 'x-oauth-scope': 'everything' }
    const body = 'x'.repeat(100_000)
    const passed = await ask(await token(), { method: 'POST', body, headers: forged })
    assert.deepEqual([passed.status, await passed.text()], [200, 'invoices'])
    const [{ method, headers, body: received } = NOTHING] = arrived
    assert.deepEqual([method, received.length], ['POST', body.length])
    assert.deepEqual(
      [headers['x-oauth-client-id'], headers['x-oauth-sub'], headers['x-oauth-scope']],
      [client.client_id, client.client_id, 'invoices.read'],
    )
    assert.deepEqual(await refusal(ask(undefined, { method: 'POST', body, headers: forged })), NONE)
    assert.equal(arrived.length, 1)
  })

  test(`HTTP-18: behind ${name} a server that is down is ${down}, never a pass`, { skip }, async (t) => {
    const { ask, token, arrived, oauthd } = await behind(t, proxy)
    const access_token = await token()
    await oauthd.stop()
    assert.deepEqual(await refusal(ask(access_token)), [down, null])
    assert.deepEqual(arrived, [])
  })

  test(`contract, GET /oauth/verify: behind ${name} no sender has its own words believed, nor the true ones dropped`, {
    skip,
  }, async (t) => {
    const { token, arrived, client, url } = await behind(t, proxy)
    const headers = {
      authorization: `Bearer ${await token()}`,
      connection: 'close, X-OAuth-Sub, X-OAuth-Client-Id, X-OAuth-Scope',
      X_OAuth_Sub: 'admin',
      'X-OAuth_Client_Id': 'boss',
      'X_OAuth-Scope': 'everything',
    }
    // Not fetch, which does not let anybody write Connection.
    const asked = request(`${url}/invoices`, { headers }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    answer.resume()
    assert.equal(answer.statusCode, 200)
    const got = Object.entries(arrived[0]?.headers ?? {}).filter(([name]) => /^x[-_]oauth/.test(name))
    assert.deepEqual(Object.fromEntries(got), {
      'x-oauth-client-id': client.client_id,
      'x-oauth-sub': client.client_id,
      'x-oauth-scope': 'invoices.read',
    })
  })
}
