import { type Answer, empty } from './answer.ts'

/**
 * Who in a browser may read an answer. `document`: the public documents (CORS-02). `api`: the
 * endpoints that a browser client calls itself (CORS-03). `none`: introspection, health (CORS-06).
 * Never with credentials: none of these endpoints looks at a cookie (CORS-04).
 */
export type Cors = 'document' | 'api' | 'none'

const NONE = {}
const DOCUMENT = { 'access-control-allow-origin': '*' }
const API = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id',
}

/** The headers of every answer of such an endpoint, refusals included (CORS-05). */
export const corsHeaders = (cors: Cors): Readonly<Record<string, string>> =>
  cors === 'none' ? NONE : cors === 'document' ? DOCUMENT : API

/** OPTIONS: the answer to a preflight, or the plain list of methods (HTTP-13). */
export const options = (cors: Cors, allow: string, request: Request): Answer => {
  const preflight = request.headers.get('access-control-request-method') !== null
  if (!preflight || cors === 'none') return empty(204, { allow })
  return empty(204, {
    'access-control-allow-methods': allow,
    'access-control-allow-headers':
      cors === 'api' ? 'Authorization, Content-Type, DPoP' : requestedHeaders(request),
    'access-control-max-age': '600',
    vary: 'Access-Control-Request-Headers',
  })
}

/** A public document may be asked for with any header: MCP clients send MCP-Protocol-Version. */
const requestedHeaders = (request: Request): string => {
  const asked = request.headers.get('access-control-request-headers')
  return asked !== null && /^[\w\-, ]+$/.test(asked) ? asked : '*'
}
