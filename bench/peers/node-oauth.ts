/** @node-oauth/oauth2-server on express, its model in a Map; it has no introspection, so that is written here. */
import { createServer } from 'node:http'
import { announce } from '../servers/announce.ts'
import { formApp, installed, PEER_CLIENT, PEER_SCOPES, type Request } from './installed.ts'

interface Token {
  readonly accessToken: string
  readonly accessTokenExpiresAt: Date
  readonly scope: readonly string[]
}

interface Answered {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

interface NodeOauth {
  default: {
    new (options: { model: object }): { token(request: object, response: object): Promise<unknown> }
    Request: new (request: object) => object
    Response: new (response: object) => Answered
  }
}

const { default: OAuth2Server } = await installed<NodeOauth>('@node-oauth/oauth2-server')
const { client_id, client_secret } = PEER_CLIENT
const tokens = new Map<string, Token & { readonly client: object }>()

const model = {
  async getClient(id: string, secret: string) {
    return id === client_id && secret === client_secret ? { id, grants: ['client_credentials'] } : false
  },
  getUserFromClient: async (client: object) => client,
  validateScope: async (_user: object, _client: object, scope: readonly string[] = []) =>
    scope.every((one) => PEER_SCOPES.includes(one)) ? scope : false,
  async saveToken(token: Token, client: object, user: object) {
    const saved = { ...token, client, user }
    tokens.set(token.accessToken, saved)
    return saved
  },
}

const server = new OAuth2Server({ model })

const isCaller = ({ headers }: Request): boolean => {
  const pair = Buffer.from(headers['authorization']?.slice('Basic '.length) ?? '', 'base64').toString()
  return pair === `${client_id}:${client_secret}`
}

const app = await formApp({
  async '/token'(request, response) {
    const answered = new OAuth2Server.Response(response)
    await server.token(new OAuth2Server.Request(request), answered)
    response.set(answered.headers).json(answered.body)
  },
  async '/introspect'(request, response) {
    if (!isCaller(request)) return response.status(401).json({ error: 'invalid_client' })
    const token = tokens.get(request.body['token'] ?? '')
    if (token === undefined || token.accessTokenExpiresAt.getTime() <= Date.now())
      return response.json({ active: false })
    const exp = Math.floor(token.accessTokenExpiresAt.getTime() / 1000)
    response.json({ active: true, client_id, scope: token.scope.join(' '), exp, token_type: 'Bearer' })
  },
})

announce(createServer(app))
