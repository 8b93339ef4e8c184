/** The flags that say what a client is, as RFC 7591 members: for client:create and client:update alike. */
import {
  AUTH_METHODS,
  type AuthMethod,
  type GivenMetadata,
  REGISTRABLE_GRANT_TYPES,
} from '../protocol/client-metadata.ts'
import { misused } from './failure.ts'
import { choice, type Flag, type FlagValues, text, texts } from './flag.ts'

export type ClientFlags = {
  readonly name: Flag<string | undefined>
  readonly redirect_uri: Flag<readonly string[]>
  readonly grant: Flag<readonly string[]>
  readonly scope: Flag<string | undefined>
  readonly auth_method: Flag<AuthMethod | undefined>
  readonly owner: Flag<string | undefined>
  readonly introspect: Flag<'own' | 'any' | undefined>
  readonly resource: Flag<readonly string[]>
}

export const CLIENT_FLAGS: ClientFlags = {
  name: text('NAME', 'what people see: the name of the app'),
  redirect_uri: texts('URL', 'where the browser may be sent back to; may be repeated'),
  grant: texts('GRANT', `${REGISTRABLE_GRANT_TYPES.join(', ')}; may be repeated`),
  scope: text('"A B"', 'the scopes it may be granted, separated by spaces'),
  auth_method: choice(AUTH_METHODS, 'insist on one way to authenticate'),
  owner: text('TYPE:ID', "whose client it is, in your app's own words"),
  introspect: choice(['own', 'any'], 'whose tokens it may introspect (default own)'),
  resource: texts('URL', 'a resource it serves: tokens for it are its own; may be repeated'),
}

type Given = FlagValues<ClientFlags>

/** What was given, as members; a flag that was not given is no member. */
export const givenMembers = (flags: Given): GivenMetadata => ({
  client_name: flags.name,
  redirect_uris: some(flags.redirect_uri),
  grant_types: some(flags.grant),
  scope: flags.scope,
  token_endpoint_auth_method: flags.auth_method,
  owner: flags.owner,
  introspect: flags.introspect,
  resource: some(flags.resource),
})

const some = (list: readonly string[]): readonly string[] | undefined =>
  list.length === 0 ? undefined : list

/** `--public` is a word for an authentication method; said together they must agree. */
export const publicOr = (isPublic: boolean, auth_method: Given['auth_method']): Given['auth_method'] => {
  if (!isPublic) return auth_method
  if (auth_method !== undefined && auth_method !== 'none') {
    throw misused('--public and --auth-method exclude each other', 'leave one of them out')
  }
  return 'none'
}
