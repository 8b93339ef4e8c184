/** oidc-provider with opaque tokens in a Map: nothing survives a restart. */
import { createServer, type RequestListener } from 'node:http'
import { announce } from '../servers/announce.ts'
import { installed, PEER_CLIENT, PEER_SCOPES } from './installed.ts'

interface OidcProvider {
  default: new (issuer: string, configuration: object) => { callback(): RequestListener }
}

const { default: Provider } = await installed<OidcProvider>('oidc-provider')

/** Its own adapter for memory forgets all but the last thousand. */
const adapter = (model: string): object => {
  const stored = new Map<string, object>()
  return {
    async upsert(id: string, payload: object) {
      stored.set(id, payload)
    },
    find: async (id: string) => stored.get(id),
    async destroy(id: string) {
      stored.delete(id)
    },
    async consume() {
      throw new Error(`${model} is not consumed here`)
    },
  }
}

const provider = new Provider('http://localhost', {
  adapter,
  scopes: PEER_SCOPES,
  ttl: { ClientCredentials: 3600 },
  clients: [{ ...PEER_CLIENT, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
  },
})

announce(createServer(provider.callback()))
