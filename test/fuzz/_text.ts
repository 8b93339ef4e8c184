/** Text as somebody writes it who has read the grammar and means no good. */
import fc from 'fast-check'

const PIECES = [
  ...'%&=;"\\,+#/:@[]{}?<>|.-_~ \t\0\'*()!$0aZ',
  ...['%00', '%zz', '%C3', '%F0%9F%98%80', '\r\n', '\ud800', '\u202e', '\ufeff', '\u{1f600}', '..', '//'],
  ...[
    '::1',
    '127.0.0.1',
    '[::1]',
    '0x7f.1',
    '::ffff:127.0.0.1',
    'localhost',
    'https://',
    'http://',
    'a.example',
  ],
  ...['Basic ', 'Bearer ', 'DPoP ', 'eyJhbGciOiJub25lIn0', 'e30', 'oat_', 'ort_', '====', 'QTpC', ':QUJD:'],
  ...[
    'CN=',
    'O=',
    '2.5.4.3=',
    '\\2c',
    '#0c01',
    'DNS:',
    'URI:',
    ', ',
    'Cert="',
    'Subject="',
    'for=',
    '-----BEGIN ',
  ],
  ...['resource', 'client_id', 'scope', 'redirect_uri', 'state', '__proto__', 'constructor', 'toString'],
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '1e999',
    '-0',
    '"type"',
    'login',
    'none',
    'S256',
    '30m',
    '24h',
    'javascript:',
  ],
  ...['a'.repeat(300), ' '.repeat(300), '%'.repeat(100), '['.repeat(300), '/'.repeat(300), ':'.repeat(300)],
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }).map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.webUrl({ withFragments: true, withQueryParameters: true }) },
  { weight: 1, arbitrary: fc.oneof(fc.ipV4Extended(), fc.ipV6()) },
)

/** What JSON.parse gives, with texts like these in it, and names that every object has. */
export const hostileJson: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown; object: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      hostileText,
      fc.constantFrom(null, true, false, 0, -1, 0.5, 1e308),
      fc.integer(),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc
      .array(fc.tuple(hostileText, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  }))
  .value.map((value): unknown => JSON.parse(JSON.stringify(value)))

/** An object with some of these members, whatever they are. */
export const hostileObject = (
  names: readonly string[],
  likely: fc.Arbitrary<unknown> = hostileJson,
): fc.Arbitrary<Readonly<Record<string, unknown>>> =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), fc.oneof(likely, hostileJson)), { maxLength: 10 })
    .map((entries) => Object.fromEntries(entries))

/** Three parts, of which the first two are JSON in base64url, as often as not. */
export const hostileJwt: fc.Arbitrary<string> = fc
  .tuple(
    hostileObject(
      ['alg', 'typ', 'kid', 'jwk', 'crit', 'b64', 'zip'],
      fc.constantFrom('RS256', 'none', 'at+jwt'),
    ),
    hostileObject(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'htm', 'htu', 'ath', 'client_id', 'cnf']),
    hostileText,
  )
  .map(([header, claims, rest]) => `${encoded(header)}.${encoded(claims)}.${rest}`)

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
