import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPagesSettings } from '../../src/protocol/pages-settings.ts'
import {
  completeSettings,
  flagOf,
  SETTING_NAMES,
  SETTINGS,
  shownDefault,
  variableOf,
} from '../../src/protocol/settings.ts'

const refusal = (given: object): string => {
  try {
    completeSettings(given)
  } catch (error) {
    if (error instanceof TypeError) return error.message
  }
  return 'accepted'
}

test('contract, serve: nothing given is 127.0.0.1:6749, prefix oauth, and an issuer on localhost', () => {
  assert.deepEqual(completeSettings({}), {
    db: './oauthd.db',
    host: '127.0.0.1',
    port: 6749,
    issuer: 'http://localhost:6749',
    prefix: 'oauth',
    access_token_ttl: 3600,
    access_token_format: 'opaque',
    code_ttl: 60,
    refresh_ttl: 90 * 86_400,
    refresh_idle_ttl: 30 * 86_400,
    refresh_grace: 30,
    session_ttl: 14 * 86_400,
    interaction_url: undefined,
    require_pushed_authorization_requests: false,
    require_signed_request_object: false,
    tls_cert: undefined,
    tls_key: undefined,
    tls_client_ca: undefined,
    trust_proxy: [],
    client_cert_header: 'Client-Cert',
    mtls_url: undefined,
    rate_limits: true,
    metrics_port: undefined,
    profile: undefined,
    dpop_nonce: 'optional',
    authorization_details: new Map(),
    pages: readPagesSettings(undefined),
  })
})

test('decision 2, RV-06: with access_token_format jwt a token lives ten minutes if nothing else is said, and a day at the most', () => {
  const jwt = { access_token_format: 'jwt' }
  assert.equal(completeSettings(jwt).access_token_ttl, 600)
  assert.equal(completeSettings({ ...jwt, access_token_ttl: '1h' }).access_token_ttl, 3600)
  assert.match(refusal({ ...jwt, access_token_ttl: '25h' }), /^access_token_ttl must be a day at the most/)
  assert.match(refusal({ access_token_format: 'JWT' }), /^access_token_format must be opaque or jwt/)
})

test('contract, serve: the default issuer follows the port', () => {
  assert.equal(completeSettings({ port: '7000' }).issuer, 'http://localhost:7000')
  assert.equal(completeSettings({ port: 7000, issuer: 'https://id.example' }).issuer, 'https://id.example')
})

test('house 9: flag, variable and the list of names follow from the table', () => {
  assert.deepEqual(SETTING_NAMES, Object.keys(SETTINGS))
  assert.equal(flagOf('access_token_ttl'), '--access-token-ttl')
  assert.equal(variableOf('access_token_ttl'), 'OAUTHD_ACCESS_TOKEN_TTL')
  assert.equal(shownDefault('issuer'), 'http://localhost:PORT')
  assert.equal(shownDefault('port'), '6749')
})

test('HTTP-16: an issuer is https, or http on loopback only', () => {
  for (const issuer of [
    'https://id.example',
    'http://localhost:6749',
    'http://127.0.0.1',
    'http://127.9.9.9:1',
    'http://[::1]/x',
  ]) {
    assert.equal(completeSettings({ issuer }).issuer, issuer)
  }
  for (const issuer of ['http://id.example', 'http://localhost.example', 'ftp://localhost', 'file:///x']) {
    assert.match(refusal({ issuer }), /^issuer must /, issuer)
  }
})

test('RFC 8414 2: an issuer is a URL without query, fragment and credentials, empty ones included', () => {
  for (const issuer of [
    'https://id.example?x=1',
    'https://id.example/?',
    'https://id.example#',
    'https://id.example/a#b',
    'https://a:b@id.example',
    'id.example',
    '',
    7,
    null,
  ]) {
    assert.match(refusal({ issuer }), /^issuer must /, String(issuer))
  }
})

test('MD-02: an issuer keeps its trailing slash, and only the normalised spelling is taken', () => {
  for (const issuer of ['https://id.example/', 'https://id.example/tenant', 'https://id.example/tenant/']) {
    assert.equal(completeSettings({ issuer }).issuer, issuer)
  }
  assert.equal(
    refusal({ issuer: 'https://id.example:443/a' }),
    'issuer must be written as https://id.example/a',
  )
  for (const issuer of ['https://ID.example', ' https://id.example', 'https://id.example/a/../b']) {
    assert.match(refusal({ issuer }), /^issuer /, issuer)
  }
})

test('contract, settled points: a prefix may hold slashes, but not at its ends and no dots that climb', () => {
  for (const prefix of ['oauth', 'a/b', 'v1.0/auth', '.hidden', 'a..b']) {
    assert.equal(completeSettings({ prefix }).prefix, prefix)
  }
  for (const prefix of ['', '/oauth', 'oauth/', 'a//b', '..', 'a/../b', './a', 'a b', 'a?b', '-x', 'é']) {
    assert.match(refusal({ prefix }), /^prefix must be a path/, prefix)
  }
})

test('contract, every command: a database is the name of one file, the same to everybody', () => {
  for (const db of [
    'x',
    './a b.db',
    '../x.db',
    '/var/lib/x.db',
    ':memory:',
    'C:\\x.db',
    'C:/x.db',
    'a:b',
    '..x',
  ]) {
    assert.equal(completeSettings({ db }).db, db)
  }
  for (const db of ['', 7, 'a\0b']) assert.equal(refusal({ db }), 'db must be the name of a file')
  for (const db of ['x.db ', ' x.db', 'x.db\n', '\u00a0x', ' ']) {
    assert.equal(refusal({ db }), 'db must not begin or end with a blank', db)
  }
  for (const db of ['x.db/', 'x.db/.', './', '/', 'x\\']) {
    assert.equal(refusal({ db }), 'db must be the name of a file, not of a folder', db)
  }
  for (const db of ['mysql://u:PW@h', 'file:///x.db', 'sqlite:/x.db', 'jdbc.x+y://u:PW@h/db?password=PW']) {
    assert.equal(refusal({ db }), 'db must be the name of a file, not a URL')
  }
})

test('contract, serve: a port is a whole number from 0 to 65535', () => {
  assert.equal(completeSettings({ port: 0 }).port, 0)
  assert.equal(completeSettings({ port: '65535' }).port, 65_535)
  for (const port of ['65536', '-1', '1.5', '0x50', '', ' 80', 1.5, true, null]) {
    assert.equal(refusal({ port }), 'port must be a whole number from 0 to 65535', String(port))
  }
})

test('contract, serve: a lifetime is seconds or words, from a second to a year', () => {
  assert.equal(completeSettings({ access_token_ttl: '30m' }).access_token_ttl, 1800)
  assert.equal(completeSettings({ access_token_ttl: 60 }).access_token_ttl, 60)
  assert.equal(completeSettings({ access_token_ttl: '365d' }).access_token_ttl, 31_536_000)
  for (const ttl of [0, -1, '0', '366d', '1y', 1.5, '']) {
    assert.match(refusal({ access_token_ttl: ttl }), /^access_token_ttl must be a time/, String(ttl))
  }
})

test('contract, serve: a host is a name or an address, never a URL or something that looks like a flag', () => {
  for (const host of ['localhost', '0.0.0.0', '::', '::1', 'fe80::1%eth0']) {
    assert.equal(completeSettings({ host }).host, host)
  }
  for (const host of ['', 'http://localhost', 'a b', '--port'])
    assert.match(refusal({ host }), /^host must be/, host)
})

test('RT-15: a retry window is 0 to 60 seconds; a longer one keeps the server from starting', () => {
  assert.equal(completeSettings({ refresh_grace: 0 }).refresh_grace, 0)
  assert.equal(completeSettings({ refresh_grace: '60s' }).refresh_grace, 60)
  for (const grace of [61, '61', '2m', -1, 1.5, 'soon', true]) {
    assert.match(
      refusal({ refresh_grace: grace }),
      /^refresh_grace must be a time from 0 to 60/,
      String(grace),
    )
  }
})

test('AZ-10: a code lives a minute at the most', () => {
  assert.equal(completeSettings({ code_ttl: '10s' }).code_ttl, 10)
  for (const ttl of [0, 61, '5m']) {
    assert.match(refusal({ code_ttl: ttl }), /^code_ttl must be a time from 1 to 60/, String(ttl))
  }
})

test('contract, interaction API: the page of the app is https, or http on loopback', () => {
  const read = (url: string): unknown => completeSettings({ interaction_url: url }).interaction_url
  assert.equal(read('https://app.example/consent?a=1'), 'https://app.example/consent?a=1')
  assert.equal(read('http://127.0.0.1:3000/consent'), 'http://127.0.0.1:3000/consent')
  for (const url of ['http://app.example/', 'app.example', '/consent', 'https://app.example/#a', 7]) {
    assert.match(refusal({ interaction_url: url }), /^interaction_url /, String(url))
  }
})

test('contract, serve: a host, a prefix and an issuer have an end', () => {
  const longest = { host: 'x'.repeat(255), prefix: 'x'.repeat(255), issuer: `https://x/${'x'.repeat(1014)}` }
  for (const [name, value] of Object.entries(longest)) {
    assert.equal(refusal({ [name]: value }), 'accepted')
    assert.equal(refusal({ [name]: `${value}x` }), `${name} must be at most ${value.length} characters`)
  }
})

test('contract, serve: with a certificate the default issuer is https, and http is refused', () => {
  const tls = { tls_cert: 'a.crt', tls_key: 'a.key' }
  assert.equal(completeSettings({ port: 7000, ...tls }).issuer, 'https://localhost:7000')
  assert.match(refusal({ ...tls, issuer: 'http://localhost:7000' }), /^issuer must be https when tls_cert/)
  assert.match(refusal({ tls_cert: 'a.crt' }), /^tls_key is missing/)
  assert.match(refusal({ tls_key: 'a.key' }), /^tls_cert is missing/)
  assert.match(refusal({ tls_client_ca: 'ca.crt' }), /^tls_client_ca needs tls_cert, or trust_proxy/)
  assert.match(refusal({ mtls_url: 'https://mtls.id.example' }), /^mtls_url needs tls_cert, or trust_proxy/)
  assert.match(refusal({ ...tls, mtls_url: 'http://localhost:1' }), /^mtls_url must be https/)
})

test('contract, serve: --trust-proxy is an exact list of networks, one text or several', () => {
  const trusted = (trust_proxy: unknown): readonly string[] => completeSettings({ trust_proxy }).trust_proxy
  assert.deepEqual(trusted('10.0.0.0/8, ::1'), ['10.0.0.0/8', '::1'])
  assert.deepEqual(trusted(['10.0.0.0/8', '192.0.2.1,::1']), ['10.0.0.0/8', '192.0.2.1', '::1'])
  for (const wrong of ['', 'true', '10.0.0.0/8,', 'localhost', ['10.0.0.1/8'], [1], true, '*']) {
    assert.match(refusal({ trust_proxy: wrong }), /^trust_proxy must be/, String(wrong))
  }
  assert.equal(completeSettings({ client_cert_header: 'off' }).client_cert_header, undefined)
  assert.match(refusal({ client_cert_header: 'a: b' }), /^client_cert_header must be the name of a header/)
})

test('PAR-05, JAR-05: a switch is true or false, in a word or as a value', () => {
  for (const name of ['require_pushed_authorization_requests', 'require_signed_request_object'] as const) {
    for (const on of [true, 'true', '1', 'yes', 'ON'])
      assert.equal(completeSettings({ [name]: on })[name], true)
    for (const off of [false, 'false', '0', 'no', 'Off', undefined]) {
      assert.equal(completeSettings({ [name]: off })[name], false)
    }
    for (const wrong of ['', 'maybe', 1, null]) {
      assert.equal(refusal({ [name]: wrong }), `${name} must be true or false`)
    }
  }
})
