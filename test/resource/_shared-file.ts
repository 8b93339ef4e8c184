/** The database of a server that runs now, and tokens of it: what a verifier in another process is handed. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createClient } from '../../src/clients.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer, type Server } from '../../src/server.ts'
import { createToken } from '../../src/tokens.ts'
import { atEnd, temporaryFolder } from '../_store.ts'

export const SECRET = 'the-master-secret-of-the-tests-0001'

export interface SharedFile {
  readonly db: string
  readonly server: Server
  /** The id of a client for client_credentials with scope `a b`, or with what `given` says instead. */
  client(given?: GivenMetadata): Promise<{ readonly client_id: string; readonly client_secret: string }>
  /** An access token of a client, straight from the database; of a person when `sub` is given. */
  token(
    client_id: string,
    wanted?: { sub?: string; scope?: string; resource?: readonly string[]; ttl?: number },
  ): Promise<string>
}

/** Served by nobody, open in this process, closed when the test ends. */
export const sharedFile = async (t: TestContext): Promise<SharedFile> => {
  const db = join(temporaryFolder(t), 'oauthd.db')
  const settings = completeSettings({ issuer: 'https://id.example' })
  const server = await openServer({ db, mode: 'create', settings, secret: SECRET })
  atEnd(t, () => server.close())
  return {
    db,
    server,
    async client(given = {}) {
      const machine = { client_name: 'Machine', grant_types: ['client_credentials'], scope: 'a b' }
      const made = await createClient(server, { ...machine, ...given })
      assert.ok(made)
      return { client_id: made.client_id, client_secret: made.client_secret ?? '' }
    },
    async token(client_id, { sub, ...wanted } = {}) {
      const found = await (await server.registry.latest()).client(client_id)
      assert.ok(found)
      const person = sub === undefined ? undefined : { sub, username: null }
      return (await createToken(server, { client: found.client, person, ...wanted })).access_token
    },
  }
}
