import { hash } from 'node:crypto'
import { grants } from '../grants/registry.ts'
import { DOCUMENT_MAX_AGE } from '../protocol/key-state.ts'
import { authorizationServerMetadata } from '../protocol/metadata.ts'
import { mutualTls } from '../protocol/tls-settings.ts'
import { listResources } from '../store/resource.ts'
import { listScopes } from '../store/scope.ts'
import type { Answer, Exchange, Handler } from './answer.ts'
import type { Route } from './routes.ts'

/** GET /.well-known/oauth-authorization-server (RFC 8414): only what works (MD-05). */
export const metadata: Handler = async (server, exchange) => {
  const scopes = await server.store.read(listScopes())
  const resources = await server.store.read(listResources())
  const { issuer, prefix, require_pushed_authorization_requests, require_signed_request_object } =
    server.settings
  const document = authorizationServerMetadata({
    issuer,
    prefix,
    grant_types: [...grants.keys()],
    scopes: scopes.map(({ scope }) => scope),
    resources: resources.flatMap(({ resource, is_advertised }) => (is_advertised ? [resource] : [])),
    require_pushed_authorization_requests,
    require_signed_request_object,
    profile: server.settings.profile,
    detail_types: [...server.settings.authorization_details.keys()],
    mutual_tls: mutualTls(server.settings),
  })
  return publicDocument(exchange, document, 'application/json')
}

/** GET /oauth/jwks (RFC 7517): the public halves of every key that is published. */
export const jwks: Handler = async (server, exchange) => {
  const keys = await server.keys.published(exchange.now)
  const document = { keys: keys.map(({ public_jwk }) => JSON.parse(public_jwk) as unknown) }
  return publicDocument(exchange, document, 'application/jwk-set+json')
}

/** GET /oauth/openapi.json: these endpoints, for programs. Loaded when somebody asks, which few do. */
export const openApiDocument =
  (all: () => readonly Route[]): Handler =>
  async (server, exchange) => {
    const { openApi } = await import('./openapi.ts')
    return publicDocument(exchange, openApi(all(), server.settings), 'application/json')
  }

/** A document that anybody may keep for a while, with an ETag to ask again by. */
const publicDocument = ({ request }: Exchange, document: object, content_type: string): Answer => {
  const body = JSON.stringify(document)
  const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
  const headers = { 'cache-control': `public, max-age=${DOCUMENT_MAX_AGE}`, etag }
  const known = request.headers.get('if-none-match')
  if (known !== null && matchesEtag(known, etag)) return { status: 304, headers, body: null }
  return { status: 200, headers: { ...headers, 'content-type': content_type }, body }
}

/** RFC 9110 section 13.1.2: weak comparison, a list, or `*`. */
const matchesEtag = (if_none_match: string, etag: string): boolean =>
  if_none_match.trim() === '*' ||
  if_none_match.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
