import { PROFILES } from './fapi.ts'
import { JWT_LIFETIME, readCodeLifetime, readGrace, readLifetime } from './lifetime.ts'
import { ACCESS_TOKEN_FORMATS } from './protected-resource.ts'
import {
  integer,
  onOrOff,
  readDb,
  readInteractionUrl,
  readIssuer,
  type Setting,
  text,
  word,
} from './setting-value.ts'
import type { SettingName, Settings } from './settings.ts'
import { readFileName, readHeaderName, readMtlsUrl, readNetworks } from './tls-settings.ts'

/** What each setting is: its words in help, its default, how it is read. */
export const SETTINGS: { readonly [K in SettingName]: Setting<Settings[K]> } = {
  db: {
    placeholder: 'FILE',
    help: 'database',
    fallback: () => './oauthd.db',
    read: readDb,
  },
  host: {
    placeholder: 'HOST',
    help: 'address to listen on',
    fallback: () => '127.0.0.1',
    read: text(/^[A-Za-z0-9.:][A-Za-z0-9.:%_-]*$/, 'must be a host name or an IP address'),
  },
  port: {
    placeholder: 'PORT',
    help: 'port to listen on; 0 takes a free one',
    fallback: () => 6749,
    read: integer(0, 65_535),
  },
  issuer: {
    placeholder: 'URL',
    help: 'public address of the server',
    fallback: ({ port, scheme }) => `${scheme}://localhost:${port}`,
    read: readIssuer,
  },
  prefix: {
    placeholder: 'PATH',
    help: 'path of the endpoints below the issuer',
    fallback: () => 'oauth',
    read: text(
      /^(?!-|\.{1,2}(\/|$))[A-Za-z0-9._~-]+(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)*$/,
      'must be a path such as oauth or a/b, without a slash at either end',
    ),
  },
  access_token_ttl: {
    placeholder: 'TIME',
    help: 'how long an access token lives; with --access-token-format jwt 600 if nothing is said',
    fallback: ({ access_token_format }) => (access_token_format === 'jwt' ? JWT_LIFETIME : 3600),
    read: readLifetime,
  },
  access_token_format: {
    placeholder: ACCESS_TOKEN_FORMATS.join('|'),
    help: 'what access tokens are where their resource says nothing',
    fallback: () => 'opaque',
    read: word(ACCESS_TOKEN_FORMATS),
  },
  code_ttl: {
    placeholder: 'TIME',
    help: 'how long an authorization code lives, 60 seconds at the most',
    fallback: () => 60,
    read: readCodeLifetime,
  },
  refresh_ttl: {
    placeholder: 'TIME',
    help: 'how long refresh tokens of one approval live in all',
    fallback: () => 90 * 86_400,
    read: readLifetime,
  },
  refresh_idle_ttl: {
    placeholder: 'TIME',
    help: 'how long a refresh token lives unused',
    fallback: () => 30 * 86_400,
    read: readLifetime,
  },
  refresh_grace: {
    placeholder: 'TIME',
    help: 'how long a lost answer to a refresh may be asked for again, 0 to 60 seconds',
    fallback: () => 30,
    read: readGrace,
  },
  session_ttl: {
    placeholder: 'TIME',
    help: 'how long a browser stays signed in',
    fallback: () => 14 * 86_400,
    read: readLifetime,
  },
  interaction_url: {
    placeholder: 'URL',
    help: 'page of your app that signs people in and asks them',
    fallback: () => undefined,
    read: readInteractionUrl,
  },
  require_pushed_authorization_requests: {
    help: 'every client has to push its authorization requests',
    fallback: () => false,
    read: onOrOff,
  },
  require_signed_request_object: {
    help: 'every authorization request has to be a signed object',
    fallback: () => false,
    read: onOrOff,
  },
  profile: {
    placeholder: PROFILES.join('|'),
    help: 'the rules of FAPI 2.0 for every client',
    fallback: () => undefined,
    read: word(PROFILES),
  },
  dpop_nonce: {
    placeholder: 'optional|required',
    help: 'whether DPoP proofs need a nonce of this server',
    fallback: () => 'optional',
    read: word(['optional', 'required']),
  },
  tls_cert: {
    placeholder: 'FILE',
    help: 'certificate to listen with, PEM',
    fallback: () => undefined,
    read: readFileName,
  },
  tls_key: {
    placeholder: 'FILE',
    help: 'private key of that certificate, PEM',
    fallback: () => undefined,
    read: readFileName,
  },
  tls_client_ca: {
    placeholder: 'FILE',
    help: 'authorities of client certificates, PEM',
    fallback: () => undefined,
    read: readFileName,
  },
  trust_proxy: {
    placeholder: 'CIDR',
    help: 'proxies whose X-Forwarded-For and client certificates are believed',
    many: true,
    fallback: () => [],
    read: readNetworks,
  },
  client_cert_header: {
    placeholder: 'NAME',
    help: 'header in which such a proxy hands on a client certificate, or off',
    fallback: () => 'Client-Cert',
    read: readHeaderName,
  },
  mtls_url: {
    placeholder: 'URL',
    help: 'address for clients with certificates, where it is not the issuer',
    fallback: () => undefined,
    read: readMtlsUrl,
  },
  rate_limits: {
    placeholder: 'on|off',
    help: 'whether too many failures or requests have to wait; off is for tests',
    fallback: () => true,
    read: onOrOff,
  },
  metrics_port: {
    placeholder: 'PORT',
    help: 'port for /metrics, without TLS and for nobody else; 0 takes a free one',
    fallback: () => undefined,
    read: integer(0, 65_535),
  },
}
