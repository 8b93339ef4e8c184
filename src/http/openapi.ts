import { ERROR_CODES } from '../protocol/error.ts'
import { endpoint, issuerPath, wellKnownPath } from '../protocol/issuer.ts'
import { cookieName } from './cookie.ts'
import { ALWAYS, OPERATIONS, type Operation } from './operations.ts'
import type { Route } from './routes.ts'

/** As much of OpenAPI 3.1 as is said here. */
export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly components: object
}

/** Where the endpoints of a server are. */
interface Place {
  readonly issuer: string
  readonly prefix: string
}

/** The HTTP face as OpenAPI 3.1, from its routes: no endpoint is left out, and none is told that is not there. */
export const openApi = (routes: readonly Route[], { issuer, prefix }: Place): OpenApi => {
  const { origin } = new URL(issuer)
  const base = issuerPath(issuer)
  const paths = routes.map(({ at, name, path = name, refusals, GET, POST }) => {
    const at_root = at === 'well-known' ? wellKnownPath(issuer) : `${base}/${path}`
    const full = at === 'prefix' ? endpoint(issuer, prefix, path).slice(origin.length) : at_root
    const parameters = [...full.matchAll(/:(\w+)/g)].map(([, id = '']) => parameter('path', id))
    const isPage = refusals === 'page'
    const item = {
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(GET === undefined ? {} : { get: operation(`GET ${name}`, isPage) }),
      ...(POST === undefined ? {} : { post: operation(`POST ${name}`, isPage) }),
    }
    return [full.replace(/:(\w+)/g, '{$1}'), item] as const
  })
  return {
    openapi: '3.1.0',
    info: {
      title: 'oauthd',
      version: '1',
      description:
        'Another method than those of a path is 405 with Allow; HEAD is answered where GET is. ' +
        'Every answer has X-Request-Id.',
    },
    servers: [{ url: origin }],
    paths: Object.fromEntries(paths),
    components: {
      ...COMPONENTS,
      securitySchemes: {
        client_secret_basic: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: cookieName(issuer, 'session') },
      },
    },
  }
}

const operation = (key: string, isPage: boolean): object => {
  const of = OPERATIONS[key]
  if (of === undefined) throw new TypeError(`${key} is not described`)
  const refused = isPage ? 'RefusalPage' : 'Refusal'
  return {
    operationId: key.toLowerCase().replace(/\W/g, '_'),
    summary: of.summary,
    ...(of.asker === undefined ? {} : { security: of.asker.flatMap((asker) => SECURITY[asker]) }),
    ...(of.query === undefined ? {} : { parameters: of.query.map((name) => parameter('query', name)) }),
    ...bodyOf(of),
    responses: {
      ...Object.fromEntries(
        [...of.refusals, ...ALWAYS].map((status) => [
          status,
          { $ref: `#/components/responses/${NEVER_A_PAGE.has(status) ? 'Refusal' : refused}` },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(of.answers).map(([status, [media, ...required]]) => [
          status,
          success(media, required),
        ]),
      ),
    },
  }
}

/** The listener's own, before anybody knows which endpoint it would be. */
const NEVER_A_PAGE: ReadonlySet<number> = new Set([408, 417, 431])

const parameter = (place: 'path' | 'query', name: string): object => ({
  name,
  in: place,
  ...(place === 'path' ? { required: true } : {}),
  schema: TEXT,
})

const TEXT = { type: 'string' }

const bodyOf = ({ form, json }: Operation): object => {
  const members = form ?? json
  if (members === undefined) return {}
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
  // RFC 8707 section 2: the one that may stand there twice. Members of JSON are of several types.
  const schemaOf = (name: string): object =>
    name === 'resource' ? { type: 'array', items: TEXT } : form === undefined ? {} : TEXT
  const properties = Object.fromEntries(members.map((name) => [name, schemaOf(name)]))
  return { requestBody: { content: { [type]: { schema: { type: 'object', properties } } } } }
}

const success = (media: string | undefined, required: readonly string[]): object => ({
  description: media === undefined ? 'No body.' : 'As asked.',
  ...(media === undefined ? {} : { content: { [media]: { schema: schemaOf(media, required) } } }),
})

const schemaOf = (media: string, required: readonly string[]): object =>
  media.endsWith('json') ? { type: 'object', required } : TEXT

const SECURITY: Readonly<Record<string, readonly object[]>> = {
  client: [{ client_secret_basic: [] }, {}],
  bearer: [{ bearer: [] }],
  browser: [{ session: [] }, {}],
}

const COMPONENTS = {
  schemas: {
    Error: {
      type: 'object',
      required: ['error', 'error_description'],
      properties: { error: { enum: ERROR_CODES }, error_description: TEXT },
    },
    // RFC 6750 section 3.1: who brought no token is told of no error. And what /readyz says.
    NoError: {
      anyOf: [
        { type: 'object', required: ['hint'] },
        { type: 'object', required: ['status'] },
      ],
    },
  },
  responses: {
    Refusal: {
      description: 'Refused. 429 and 503 have Retry-After, 401 has WWW-Authenticate where one applies.',
      content: {
        'application/json': {
          schema: {
            anyOf: [{ $ref: '#/components/schemas/Error' }, { $ref: '#/components/schemas/NoError' }],
          },
        },
      },
    },
    RefusalPage: { description: 'Refused, as a page.', content: { 'text/html': { schema: TEXT } } },
  },
}
