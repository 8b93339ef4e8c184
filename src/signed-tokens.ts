import type { Issued } from './actions/issue.ts'
import type { Presented } from './actions/token.ts'
import { fapiAlg } from './protocol/fapi.ts'
import { DEFAULT_ALG } from './protocol/key-state.ts'
import type { Resources } from './protocol/protected-resource.ts'
import type { TokenRules } from './protocol/token-target.ts'
import type { Tokens } from './resource/live-principal.ts'
import { ACCESS_TOKEN_TYP, isJwt, presentJwt } from './resource/presented-jwt.ts'
import { now, type Server, type ServerSettings } from './server.ts'

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
  return { ...issued, access_token: await server.keys.sign(alg, ACCESS_TOKEN_TYP, claims, issued.exp) }
}

/**
 * A token that somebody presented, of either form; an opaque one is told at once.
 *
 * @param mayBeOver whether a JWT is told after its end too; its row says then that it is dead
 */
export const presentToken = (
  server: Pick<Server, 'keys' | 'secrets' | 'settings' | 'clock'>,
  token: string,
  mayBeOver: boolean = false,
): Presented | undefined | Promise<Presented | undefined> =>
  isJwt(token)
    ? presentJwt(server.keys, token, { issuer: server.settings.issuer, now: now(server), mayBeOver })
    : server.secrets.present(token)

/** The tokens of a server, as {@link livePrincipal} looks at them. */
export const tokensOf = (
  server: Pick<Server, 'keys' | 'secrets' | 'settings' | 'clock' | 'store'>,
): Tokens => ({
  store: server.store,
  present: (token) => presentToken(server, token),
})
