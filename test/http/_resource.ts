/** A registered resource, and what a resource server reads off a JWT for it. */
import assert from 'node:assert/strict'
import { createLocalJWKSet, type JWTVerifyResult, jwtVerify } from 'jose'
import { registrableResource } from '../../src/protocol/protected-resource.ts'
import { resourceKey } from '../../src/protocol/resource.ts'
import { now, type Server } from '../../src/server.ts'
import { deleteResource, insertResource } from '../../src/store/resource.ts'

export const registerResource = async (
  server: Server,
  given: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const resource = { ...registrableResource(given), created_at: now(server) }
  assert.ok(await server.store.write(() => insertResource(resourceKey(resource.resource), resource)))
}

export const forgetResource = async (server: Server, resource: string): Promise<void> => {
  assert.ok(await server.store.write(() => deleteResource(resourceKey(resource))))
}

/** Header and claims of a JWT that a published key has signed. */
export const opened = async (server: Server, jwt: string): Promise<JWTVerifyResult> => {
  const keys = await server.keys.published(now(server))
  const set = createLocalJWKSet({ keys: keys.map(({ public_jwk }) => JSON.parse(public_jwk)) })
  return jwtVerify(jwt, set, { currentDate: new Date(server.clock()) })
}
