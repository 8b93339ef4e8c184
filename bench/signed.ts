/** Requests with keys in them: what clients sign, and what oauthd signs for them. */
import type { Running } from './child.ts'
import { type Filled, SCOPE, SIGNED } from './database.ts'
import { assertion, dpopProof, newSigningKey } from './jws.ts'
import { CHALLENGE } from './once.ts'
import { ask, type Credentials, type FormRequest, formRequest } from './request.ts'
import { OURS, type Subject, TOKEN_FORM } from './subject.ts'

const TOKEN = '/oauth/token'
/** How many JWTs are asked about in turn. */
const SAMPLE = 200
/** Signing takes its time, and checking it longer: so many a second are enough. */
const LEAST = 12_000

const PUSHED = {
  response_type: 'code',
  redirect_uri: 'https://app.example/cb',
  scope: SCOPE,
  state: 'af0ifjsldkj',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

export interface Signed {
  readonly subjects: readonly Subject[]
  /** JWTs that live, and who gave them: for what checks them by the public keys. */
  readonly jwts: readonly string[]
  readonly issuer: string
  readonly audience: string
}

/** @throws {Error} when no JWT is to be had */
export const signedSubjects = async (running: Running, filled: Filled): Promise<Signed> => {
  const { clients, apps, caller, signers } = filled
  const { issuer } = await ask(running.url, get('/.well-known/oauth-authorization-server'))
  const here = String(issuer)
  const key = newSigningKey()
  const jwt_of = (client: Credentials, resource: string): FormRequest =>
    formRequest(TOKEN, client, { ...TOKEN_FORM, resource })
  const audience = SIGNED.RS256
  const jwts: string[] = []
  for (let n = 0; n < SAMPLE; n += 1) {
    const client = clients[n % clients.length]
    if (client !== undefined)
      jwts.push(String((await ask(running.url, jwt_of(client, audience)))['access_token']))
  }
  const subject = (name: string, kind: Subject['kind'], requests: readonly FormRequest[]): Subject => ({
    name: `${OURS} ${name}`,
    kind,
    running,
    requests,
  })
  const once = (name: string, kind: Subject['kind'], make: (n: number) => FormRequest): Subject => ({
    ...subject(name, kind, []),
    refill: (count) => Array.from({ length: count }, (_, n) => make(n)),
    least: LEAST,
  })
  const subjects = [
    subject(
      'POST /oauth/par',
      'par',
      apps.map((app) => formRequest('/oauth/par', app, PUSHED)),
    ),
    once('token, private_key_jwt ES256', 'private_key_jwt', (n) => {
      const client_id = signers.client_ids[n % signers.client_ids.length] ?? ''
      return asserting(assertion(signers.key, client_id, here))
    }),
    once('token, DPoP ES256', 'dpop', (n) => {
      const request = formRequest(TOKEN, clients[n % clients.length] ?? caller, TOKEN_FORM)
      return { ...request, headers: { ...request.headers, dpop: dpopProof(key, here + TOKEN) } }
    }),
    subject(
      'token, JWT ES256',
      'jwt_es256',
      clients.map((one) => jwt_of(one, SIGNED.ES256)),
    ),
    subject(
      'token, JWT EdDSA',
      'jwt_eddsa',
      clients.map((one) => jwt_of(one, SIGNED.EdDSA)),
    ),
    subject(
      'token, JWT RS256',
      'jwt_rs256',
      clients.map((one) => jwt_of(one, SIGNED.RS256)),
    ),
    subject(
      'introspection of a JWT RS256',
      'introspect_jwt',
      jwts.map((token) => formRequest('/oauth/introspect', caller, { token })),
    ),
    subject('GET /oauth/jwks', 'jwks', [get('/oauth/jwks')]),
  ]
  return { subjects, jwts, issuer: here, audience }
}

const get = (path: string): FormRequest => ({ method: 'GET', path, headers: {}, body: '' })

const asserting = (client_assertion: string): FormRequest => ({
  path: TOKEN,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({
    ...TOKEN_FORM,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
  }).toString(),
})
