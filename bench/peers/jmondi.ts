/** @jmondi/oauth2-server on express, its repositories in Maps; its access tokens are JWTs (HS256). */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { announce } from '../servers/announce.ts'
import { formApp, installed, PEER_CLIENT, PEER_SCOPES, type Request, type Response } from './installed.ts'

interface Client {
  readonly id: string
  readonly secret: string
}

interface Token {
  readonly accessToken: string
}

interface Jmondi {
  AuthorizationServer: new (
    clients: object,
    tokens: object,
    scopes: object,
    secret: string,
  ) => {
    enableGrantType(grant: string): void
    respondToAccessTokenRequest(request: object): Promise<object>
    introspect(request: object): Promise<object>
  }
}

interface JmondiExpress {
  handleExpressResponse(response: Response, answered: object): void
  requestFromExpress(request: Request): object
}

const { AuthorizationServer } = await installed<Jmondi>('@jmondi/oauth2-server')
const { handleExpressResponse, requestFromExpress } = await installed<JmondiExpress>(
  '@jmondi/oauth2-server/express',
)

const scopes = PEER_SCOPES.map((name) => ({ name }))
const grants = ['client_credentials']
const client = {
  id: PEER_CLIENT.client_id,
  name: PEER_CLIENT.client_id,
  secret: PEER_CLIENT.client_secret,
  redirectUris: [],
  allowedGrants: grants,
  scopes,
}
const tokens = new Map<string, Token>()

const server = new AuthorizationServer(
  {
    getByIdentifier: async (id: string) => (id === client.id ? client : undefined),
    isClientValid: async (grant: string, { secret }: Client, given?: string) =>
      grants.includes(grant) && secret === given,
  },
  {
    issueToken: async (owner: Client, granted: readonly object[]) => ({
      accessToken: randomBytes(32).toString('base64url'),
      client: owner,
      scopes: granted,
    }),
    async persist(token: Token) {
      tokens.set(token.accessToken, token)
    },
    getByAccessToken: async (accessToken: string) => tokens.get(accessToken),
  },
  {
    getAllByIdentifiers: async (names: readonly string[]) =>
      scopes.filter(({ name }) => names.includes(name)),
    finalize: async (granted: readonly object[]) => granted,
  },
  'a-signing-secret-of-the-benchmark-only',
)
server.enableGrantType('client_credentials')

const app = await formApp({
  async '/token'(request, response) {
    handleExpressResponse(response, await server.respondToAccessTokenRequest(requestFromExpress(request)))
  },
  async '/introspect'(request, response) {
    handleExpressResponse(response, await server.introspect(requestFromExpress(request)))
  },
})

announce(createServer(app))
