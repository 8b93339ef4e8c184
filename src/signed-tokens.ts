import type { Issued } from './actions/issue.ts'
import type { Presented } from './actions/token.ts'
import { JWT_HASH } from './protocol/access-token.ts'
import { fapiAlg } from './protocol/fapi.ts'
import { DEFAULT_ALG } from './protocol/key-state.ts'
import type { Resources } from './protocol/protected-resource.ts'
import type { TokenRules } from './protocol/token-target.ts'
import type { Tokens } from './resource/live-principal.ts'
import { now, type Server, type ServerSettings } from './server.ts'

/** RFC 9068 section 2.1. */
const TYP = 'at+jwt'

/** What the server says of the tokens it makes. */
export const tokenRules = (settings: ServerSettings, resources: Resources): TokenRules => ({
  resources,
  issuer: settings.issuer,
  access_token_format: settings.access_token_format,
  access_token_ttl: settings.access_token_ttl,
  signing_alg: fapiAlg(DEFAULT_ALG, settings),
  authorization_details: settings.authorization_details,
})

/** What was issued, with its JWT where it is one: signed after the commit, so that there is always a row to revoke. */
export const signed = async (server: Pick<Server, 'keys'>, issued: Issued): Promise<Issued> => {
  if (issued.jwt === undefined) return issued
  const { alg, claims } = issued.jwt
  return { ...issued, access_token: await server.keys.sign(alg, TYP, claims, issued.exp) }
}

/** RFC 7515 section 3.1: a JSON object in base64url comes first. */
const COMPACT = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/

/**
 * A token that somebody presented, of either form. A JWT is one when a key of ours signed it as an access
 * token, and never as anything else (AT-04); whether it still stands its row says, as of every token (RV-06).
 */
export const presentToken = (
  server: Pick<Server, 'keys' | 'secrets' | 'settings' | 'clock'>,
  token: string,
): Presented | undefined | Promise<Presented | undefined> =>
  token.startsWith('eyJ') && COMPACT.test(token) ? presentJwt(server, token) : server.secrets.present(token)

const presentJwt = async (
  server: Pick<Server, 'keys' | 'settings' | 'clock'>,
  token: string,
): Promise<Presented | undefined> => {
  const claims = await server.keys.verify(token, { typ: TYP, issuer: server.settings.issuer }, now(server))
  const id = claims?.['jti']
  if (typeof id !== 'string') return undefined
  return { kind: 'access_token', id, matches: ({ token_hash }) => token_hash === JWT_HASH }
}

/** The tokens of a server, as {@link livePrincipal} looks at them. */
export const tokensOf = (
  server: Pick<Server, 'keys' | 'secrets' | 'settings' | 'clock' | 'store'>,
): Tokens => ({
  store: server.store,
  present: (token) => presentToken(server, token),
})
