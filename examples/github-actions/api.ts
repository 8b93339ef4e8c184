/** What an app's tests do with what the workflow hands them: a token to use, and credentials to get more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

const { ACCESS_TOKEN = '', CLIENT_ID = '', CLIENT_SECRET = '', OAUTHD_PORT = '6749' } = process.env

const post = (endpoint: string, form: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`http://localhost:${OAUTHD_PORT}/oauth/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
    body: new URLSearchParams(form),
  })

test('API: the token of the workflow is live and may read invoices', async () => {
  const answer = await post('introspect', { token: ACCESS_TOKEN })
  const { active, scope } = (await answer.json()) as { active: boolean; scope?: string }
  assert.deepEqual({ active, scope }, { active: true, scope: 'invoices.read' })
})

test('API: the credentials of the workflow get a token of their own', async () => {
  const answer = await post('token', { grant_type: 'client_credentials' })
  assert.equal(answer.status, 200)
})
