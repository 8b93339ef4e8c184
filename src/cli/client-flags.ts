/** The flags that say what a client is, as RFC 7591 members: for client:create and client:update alike. */
import { AUTH_METHODS, type AuthMethod } from '../protocol/auth-method.ts'
import { REGISTRABLE_GRANT_TYPES } from '../protocol/client-metadata.ts'
import { inWords } from '../protocol/metadata-member.ts'
import { choice, type Flag, type FlagValues, text, texts } from './flag.ts'
import { scopes } from './scope-flag.ts'

export type ClientFlags = {
  readonly name: Flag<string | undefined>
  readonly redirect_uri: Flag<readonly string[]>
  readonly grant: Flag<readonly string[]>
  readonly scope: Flag<string | undefined>
  readonly auth_method: Flag<AuthMethod | undefined>
  readonly owner: Flag<string | undefined>
  readonly introspect: Flag<'own' | 'any' | undefined>
  readonly resource: Flag<readonly string[]>
  readonly authorization_details_type: Flag<readonly string[]>
  readonly refresh_rotate: Flag<'always' | 'never' | undefined>
}

export const CLIENT_FLAGS: ClientFlags = {
  name: text('NAME', 'what people see: the name of the app'),
  redirect_uri: texts('URL', 'where the browser may be sent back to'),
  grant: texts('GRANT', inWords(REGISTRABLE_GRANT_TYPES, 'or')),
  scope: scopes('the scopes it may be granted', { mayBeEmpty: true }),
  auth_method: {
    ...choice(AUTH_METHODS, `insist on one way to authenticate: ${inWords(AUTH_METHODS, 'or')}`),
    placeholder: 'METHOD',
  },
  owner: text('TYPE:ID', "whose client it is, in your app's own words"),
  introspect: choice(['own', 'any'], 'whose tokens it may introspect (default own)'),
  resource: texts('URL', 'a resource it serves: tokens for it are its own'),
  authorization_details_type: texts('TYPE', 'a type of authorization_details it may ask for (RFC 9396)'),
  refresh_rotate: choice(
    ['always', 'never'],
    'whether each refresh gives a new refresh token (default always)',
  ),
}

export interface GivenMembers {
  readonly client_name: string | undefined
  readonly redirect_uris: readonly string[] | undefined
  readonly grant_types: readonly string[] | undefined
  readonly scope: string | undefined
  readonly token_endpoint_auth_method: AuthMethod | undefined
  readonly owner: string | undefined
  readonly introspect: 'own' | 'any' | undefined
  readonly resource: readonly string[] | undefined
  readonly authorization_details_types: readonly string[] | undefined
  readonly refresh_rotate: 'always' | 'never' | undefined
}

/** What was given, as members; a flag that was not given is no member. */
export const givenMembers = (flags: FlagValues<ClientFlags>): GivenMembers => ({
  client_name: flags.name,
  redirect_uris: some(flags.redirect_uri),
  grant_types: some(flags.grant),
  scope: flags.scope,
  token_endpoint_auth_method: flags.auth_method,
  owner: flags.owner,
  introspect: flags.introspect,
  resource: some(flags.resource),
  authorization_details_types: some(flags.authorization_details_type),
  refresh_rotate: flags.refresh_rotate,
})

const some = (list: readonly string[]): readonly string[] | undefined =>
  list.length === 0 ? undefined : list
