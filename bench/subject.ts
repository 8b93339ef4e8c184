/** What is measured: a running server, a request, and how its answer is known to be right. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Running, startServer } from './child.ts'
import { type Filled, JWT_RESOURCES, REDIRECT_URI, SCOPE } from './database.ts'
import type { Once } from './once.ts'
import type { Placement } from './processor.ts'
import { ask, type Credentials, type FormRequest, formRequest } from './request.ts'

export type Kind = 'bare' | 'token' | 'introspect' | 'refresh' | 'code' | 'par' | JwtKind

/** A token that is a JWT, by what it is signed with. */
export type JwtKind = 'jwt EdDSA' | 'jwt ES256'

export interface Subject {
  readonly name: string
  readonly kind: Kind
  readonly running: Running
  readonly requests: readonly FormRequest[]
  /** Requests of which each is right only once: as many new ones, for each run. */
  readonly refill?: (count: number) => readonly FormRequest[]
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
  const isToken = typeof answer['access_token'] === 'string' && answer['token_type'] === 'Bearer'
  if (kind === 'token' || kind === 'jwt EdDSA' || kind === 'jwt ES256') return isToken
  if (kind === 'refresh' || kind === 'code') return isToken && typeof answer['refresh_token'] === 'string'
  if (kind === 'par') return typeof answer['request_uri'] === 'string'
  return kind === 'introspect' ? answer['active'] === true : answer['ok'] === true
}

/** RFC 7636 appendix B. */
const PUSHED = {
  response_type: 'code',
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}

const TOKEN_FORM = { grant_type: 'client_credentials', scope: SCOPE }

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
  { clients, apps, caller, tokens }: Filled,
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
  {
    name: `${OURS} POST /oauth/par`,
    kind: 'par',
    running,
    requests: apps.map((app) => formRequest('/oauth/par', app, PUSHED)),
  },
  ...JWT_RESOURCES.map(({ resource, signing_alg }): Subject => {
    const form = { ...TOKEN_FORM, resource }
    const requests = clients.map((client) => formRequest('/oauth/token', client, form))
    return { name: `${OURS} token, ${signing_alg} JWT`, kind: `jwt ${signing_alg}`, running, requests }
  }),
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
