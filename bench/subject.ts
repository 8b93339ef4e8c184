/** What is measured: a running server, a request, and how its answer is known to be right. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Running, startServer } from './child.ts'
import { type Filled, SCOPE } from './database.ts'
import type { Once } from './once.ts'
import type { Placement } from './processor.ts'
import { ask, type Credentials, type FormRequest, formRequest } from './request.ts'

/** `jwt_es256`: a token whose resource has it signed so. */
export type Kind =
  | 'bare'
  | 'token'
  | 'introspect'
  | 'refresh'
  | 'code'
  | 'par'
  | 'private_key_jwt'
  | 'dpop'
  | 'jwt_es256'
  | 'jwt_eddsa'
  | 'jwt_rs256'
  | 'introspect_jwt'
  | 'jwks'

/** Those that give an access token, of which there is a row then. */
export const ISSUING: readonly Kind[] = [
  'token',
  'refresh',
  'code',
  'private_key_jwt',
  'dpop',
  'jwt_es256',
  'jwt_eddsa',
  'jwt_rs256',
]

export interface Subject {
  readonly name: string
  readonly kind: Kind
  readonly running: Running
  readonly requests: readonly FormRequest[]
  /** Requests of which each is right only once: as many new ones, for each run. */
  readonly refill?: (count: number) => readonly FormRequest[]
  /** How many of them a second are ready, before it is known how fast they go. */
  readonly least?: number
}

export const BARE_NODE = 'bare node:http POST'
export const BARE_H3 = 'bare h3 POST'
export const OURS = 'oauthd'

/** @throws {Error} when one of the first requests of a subject is not answered as it must be */
export const check = async ({ name, kind, running, requests, refill }: Subject): Promise<void> => {
  for (const request of refill?.(3) ?? requests.slice(0, 3)) {
    const answer = await ask(running.url, request)
    if (!isRight(kind, answer)) throw new Error(`${name} answered ${JSON.stringify(answer)}`)
  }
}

const isRight = (kind: Kind, answer: Readonly<Record<string, unknown>>): boolean => {
  const { access_token, token_type, refresh_token } = answer
  if (ISSUING.includes(kind)) {
    const isRefreshed = kind === 'refresh' || kind === 'code'
    return (
      typeof access_token === 'string' &&
      token_type === (kind === 'dpop' ? 'DPoP' : 'Bearer') &&
      kind.startsWith('jwt_') === access_token.startsWith('eyJ') &&
      isRefreshed === (typeof refresh_token === 'string')
    )
  }
  if (kind === 'introspect' || kind === 'introspect_jwt') return answer['active'] === true
  if (kind === 'par') return typeof answer['request_uri'] === 'string'
  return kind === 'jwks' ? Array.isArray(answer['keys']) : answer['ok'] === true
}

export const TOKEN_FORM: Readonly<Record<string, string>> = { grant_type: 'client_credentials', scope: SCOPE }

/** The two handlers that do nothing but read a form and answer. */
export const bareSubjects = async (place: Placement, folder: string): Promise<readonly Subject[]> => {
  const requests = [formRequest('/', { client_id: 'client', client_secret: 'secret' }, TOKEN_FORM)]
  const subject = async (name: string, file: string): Promise<Subject> => {
    const script = fileURLToPath(new URL(`servers/${file}`, import.meta.url))
    const running = await startServer(place.server([process.execPath, script]), join(folder, 'bare.log'))
    return { name, kind: 'bare', running, requests }
  }
  return [await subject(BARE_NODE, 'node-http.ts'), await subject(BARE_H3, 'h3.ts')]
}

/** The command that serves a database as `npm start` does. */
export const serveCommand = (bin: string, db: string): readonly string[] => [
  process.execPath,
  ...startFlags(),
  ...[bin, 'serve', '--json', '--port', '0', '--db', db],
]

/** What `npm start` hands to Node: `node FLAGS bin/oauthd.js serve`. */
const startFlags = (): readonly string[] => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { scripts } = JSON.parse(text) as { scripts: { start: string } }
  const [, ...words] = scripts.start.split(' ')
  return words.slice(0, words.indexOf('bin/oauthd.js'))
}

/** oauthd's endpoints, in one process. */
export const ourSubjects = (
  running: Running,
  { clients, caller, tokens }: Filled,
  once: Once,
): readonly Subject[] => [
  {
    name: `${OURS} POST /oauth/token`,
    kind: 'token',
    running,
    requests: clients.map((client) => formRequest('/oauth/token', client, TOKEN_FORM)),
  },
  {
    name: `${OURS} POST /oauth/introspect`,
    kind: 'introspect',
    running,
    requests: tokens.map((token) => formRequest('/oauth/introspect', caller, { token })),
  },
  { name: `${OURS} refresh`, kind: 'refresh', running, requests: [], refill: once.refreshes },
  { name: `${OURS} code redemption`, kind: 'code', running, requests: [], refill: once.codes },
]

/** A peer's two endpoints, in one process; its token is one it has issued itself. */
export const peerSubjects = async (
  name: string,
  running: Running,
  credentials: Credentials,
  paths: { readonly token: string; readonly introspect: string },
): Promise<readonly Subject[]> => {
  const request = formRequest(paths.token, credentials, TOKEN_FORM)
  const { access_token } = await ask(running.url, request)
  const about = { token: String(access_token) }
  return [
    { name: `${name} token`, kind: 'token', running, requests: [request] },
    {
      name: `${name} introspect`,
      kind: 'introspect',
      running,
      requests: [formRequest(paths.introspect, credentials, about)],
    },
  ]
}
