/** What a client does at the endpoints, each seen to work. */
import assert from 'node:assert/strict'
import { ledTo } from '../http/_authorize.ts'
import type { Walk } from './_advertising.ts'
import { asked, granted, type Party, party, post } from './_party.ts'

/** What introspection tells this client of a token. */
export const introspected = async (
  walk: Walk,
  one: Party,
  token: unknown,
  endpoint: string = walk.metadata.introspection_endpoint,
): Promise<Readonly<Record<string, unknown>>> => {
  const { status, body, text } = await post(walk, one, endpoint, { token: String(token) })
  assert.equal(status, 200, text)
  return body
}

/** It gets a token. */
export const getsToken = async (walk: Walk, one: Party): Promise<void> => {
  assert.equal(typeof (await granted(walk, one))['access_token'], 'string')
}

/** It takes its token back, as somebody else sees. */
export const revokes = async (
  walk: Walk,
  one: Party,
  endpoint: string = walk.metadata.revocation_endpoint,
): Promise<void> => {
  const reader = await party(walk, undefined, { given: { introspect: 'any' } })
  const { access_token } = await granted(walk, one)
  assert.equal((await introspected(walk, reader, access_token))['active'], true)
  assert.equal((await post(walk, one, endpoint, { token: String(access_token) })).status, 200)
  assert.equal((await introspected(walk, reader, access_token))['active'], false)
}

/** It is told of its token. */
export const introspects = async (walk: Walk, one: Party, endpoint?: string): Promise<void> => {
  const { access_token } = await granted(walk, one)
  assert.equal((await introspected(walk, one, access_token, endpoint))['client_id'], one.client_id)
}

/** What it pushes leads ana to a code. */
export const pushes = async (walk: Walk, one: Party, endpoint: string): Promise<void> => {
  const { status, body, text } = await post(walk, one, endpoint, asked(one))
  assert.equal(status, 201, text)
  const link = { client_id: one.client_id, request_uri: String(body['request_uri']) }
  const led = await walk.ana.answer(`${walk.metadata.authorization_endpoint}?${new URLSearchParams(link)}`)
  assert.ok(led.searchParams.has('code'), led.href)
}

/** How the server answers a request that is not pushed or signed: by a code, or an error. */
export const answerTo = async (walk: Walk, parameters: Readonly<Record<string, string>>): Promise<string> => {
  const link = `${walk.metadata.authorization_endpoint}?${new URLSearchParams(parameters)}`
  const refused = ledTo(await walk.ana.go(link))
  const led = refused ?? (await walk.ana.answer(link))
  return led.searchParams.get('error') ?? (led.searchParams.has('code') ? 'code' : led.href)
}
