/** The flags that say how a client proves who it is and how it has to ask; the members of ClientSecurity. */
import type { ClientSecurity } from '../protocol/client-security.ts'
import { choice, type Flag, text, toggle } from './flag.ts'

/** Members that are true or false: a switch where a client is made, yes or no where one is changed. */
const SWITCHES = {
  legacy_assertion_aud:
    'its assertions may name the token endpoint as audience, as clients of before send it; the log tells',
  tls_client_certificate_bound_access_tokens:
    'it gets only tokens that are bound to its certificate (RFC 8705)',
  dpop_bound_access_tokens: 'it gets only tokens that are bound to its DPoP key (RFC 9449)',
  require_pushed_authorization_requests: 'it has to push its authorization requests (RFC 9126)',
  require_signed_request_object: 'it has to sign its authorization requests (RFC 9101)',
} as const

/** Members that are one word, with what stands for it in help; where a client is changed, none takes it back. */
const WORDS = {
  tls_client_auth_subject_dn: ['DN', 'the subject of its certificate, for tls_client_auth (RFC 4514)'],
  tls_client_auth_san_dns: ['HOST', 'or the host that its certificate names'],
  tls_client_auth_san_uri: ['URI', 'or the URI'],
  tls_client_auth_san_ip: ['IP', 'or the address'],
  tls_client_auth_san_email: ['EMAIL', 'or the email address'],
  profile: ['fapi2', 'the rules of FAPI 2.0 hold for it'],
  jwks_uri: ['URL', 'where it publishes its public keys'],
  token_endpoint_auth_signing_alg: ['ALG', 'the one algorithm of its assertions'],
  request_object_signing_alg: ['ALG', 'the one algorithm of its signed requests'],
  introspection_signed_response_alg: ['ALG', 'its introspection answers are JWTs, signed with it (RFC 9701)'],
} as const

type Switch = keyof typeof SWITCHES
type Word = keyof typeof WORDS

const SWITCH_NAMES = Object.keys(SWITCHES) as readonly Switch[]
const WORD_NAMES = Object.keys(WORDS) as readonly Word[]

type WordFlags = { readonly [K in Word]: Flag<string | undefined> }
export type NewSecurityFlags = WordFlags & { readonly [K in Switch]: Flag<boolean> }
export type ChangedSecurityFlags = WordFlags & { readonly [K in Switch]: Flag<'yes' | 'no' | undefined> }

const flagsOf = <K extends string, F>(names: readonly K[], make: (name: K) => F): { readonly [P in K]: F } =>
  Object.fromEntries(names.map((name) => [name, make(name)])) as { readonly [P in K]: F }

const WORD_FLAGS: WordFlags = flagsOf(WORD_NAMES, (name) => {
  const [placeholder, help] = WORDS[name]
  return text(placeholder, help)
})

export const NEW_SECURITY_FLAGS: NewSecurityFlags = {
  ...flagsOf(SWITCH_NAMES, (name) => toggle(SWITCHES[name])),
  ...WORD_FLAGS,
}

export const CHANGED_SECURITY_FLAGS: ChangedSecurityFlags = {
  ...flagsOf(SWITCH_NAMES, (name) => choice(['yes', 'no'], `whether ${SWITCHES[name]}`)),
  ...WORD_FLAGS,
}

/** What was given, as members; `none` takes a word back. */
export const givenSecurity = (
  flags: { readonly [K in Switch]: boolean | 'yes' | 'no' | undefined } & {
    readonly [K in Word]: string | undefined
  },
): Readonly<Partial<Record<keyof ClientSecurity, unknown>>> =>
  Object.fromEntries([
    ...SWITCH_NAMES.flatMap((name) => {
      const given = flags[name]
      return given === undefined || given === false ? [] : [[name, given === true || given === 'yes']]
    }),
    ...WORD_NAMES.flatMap((name) => {
      const given = flags[name]
      return given === undefined ? [] : [[name, given === 'none' ? null : given]]
    }),
  ])
