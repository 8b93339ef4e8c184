/** Every parser of src/protocol that reads what a stranger wrote, and what must hold whatever it was. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addressGroup, isShared } from '../../src/protocol/address.ts'
import { hasName } from '../../src/protocol/alternative-name.ts'
import { readDetails } from '../../src/protocol/authorization-details.ts'
import { credentialOf } from '../../src/protocol/bearer.ts'
import { attemptedAuthentication } from '../../src/protocol/client-auth.ts'
import { forwardedCertificate } from '../../src/protocol/client-cert-header.ts'
import { assertionTimeProblem, jwtContent, timeProblem, typOf } from '../../src/protocol/client-jwt.ts'
import { registrable } from '../../src/protocol/client-metadata.ts'
import { readApproval, readDenial } from '../../src/protocol/decision.ts'
import { destinationOf } from '../../src/protocol/destination.ts'
import { isSubject, parseDn } from '../../src/protocol/distinguished-name.ts'
import { judgeProof, readDpopJkt } from '../../src/protocol/dpop.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { parseForm, parseQuery } from '../../src/protocol/form.ts'
import { forwardedFor } from '../../src/protocol/forwarded.ts'
import { ipBytes, isWithin, readNetwork } from '../../src/protocol/ip.ts'
import { issuerProblem, wellKnownPath } from '../../src/protocol/issuer.ts'
import { readJwks, readJwksUri } from '../../src/protocol/jwks.ts'
import { parseLoosely, withQuery } from '../../src/protocol/loose-form.ts'
import { isCodeVerifier, readCodeChallenge } from '../../src/protocol/pkce.ts'
import { readPrompt } from '../../src/protocol/prompt.ts'
import { differences, matchesRedirectUri, registrableRedirectUri } from '../../src/protocol/redirect-uri.ts'
import { readRequestObject } from '../../src/protocol/request-object.ts'
import { isSameResource, readResources } from '../../src/protocol/resource.ts'
import { covers, joinScopes, parseScope } from '../../src/protocol/scope.ts'
import { parseToken } from '../../src/protocol/token-form.ts'
import { splitUri, webUriProblem } from '../../src/protocol/uri.ts'
import { chosenSubProblem, readUsername } from '../../src/protocol/username.ts'
import { hostileJson, hostileJwt, hostileObject, hostileText } from './_text.ts'

/** Something to try, by name; its property throws where a law is broken. */
export interface Target {
  readonly name: string
  readonly property: fc.IProperty<[unknown]>
}

/** Holds for all: nothing is thrown but a refusal, or for settings a TypeError that names what is wrong. */
export const target = <Given>(
  name: string,
  arbitrary: fc.Arbitrary<Given>,
  law: (given: Given) => unknown,
  refusal: typeof OAuthError | typeof TypeError = OAuthError,
): Target => ({
  name,
  property: fc.property(arbitrary, (given: Given) => {
    try {
      law(given)
    } catch (thrown) {
      // Our own refusals are shown to the caller as they are (ERR-02).
      if (!(thrown instanceof refusal)) throw thrown
      assert.ok(thrown.message.length < 500, thrown.message)
    }
  }),
})

const pair = fc.tuple(hostileText, hostileText)
const NOW = 1_800_000_000
const request = { method: 'POST', urls: ['https://as.example/oauth/token'], now: NOW }

export const PARSERS: readonly Target[] = [
  target('form', hostileText, (text) => {
    const { values } = parseForm(text)
    for (const value of values.values()) assert.ok(value !== '' && !value.includes('\0'))
  }),
  target('query', pair, ([text, more]) => [parseQuery(text), withQuery(parseLoosely(text), more)]),
  target('loose form', hostileText, (text) => {
    const { values, faults } = parseLoosely(text)
    for (const name of faults.keys()) assert.equal(values.has(name), false, name)
  }),
  target('client authentication', pair, ([header, body]) => {
    const attempt = attemptedAuthentication(header, parseForm(body))
    if ('client_id' in attempt) assert.doesNotMatch(attempt.client_id ?? '', /\0/)
  }),
  target('Basic authentication', pair, ([id, secret]) =>
    attemptedAuthentication(`Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`, parseForm('')),
  ),
  target('bearer', pair, ([scheme, text]) => {
    const credential = credentialOf(`${scheme} ${text}`)
    if (credential !== undefined) assert.match(credential.token, /^[\x21-\x7e]+$/)
  }),
  target('token', hostileText, parseToken),
  target('URI', hostileText, (text) => {
    splitUri(text)
    // What is taken for an address can be gone to.
    if (webUriProblem(text) === undefined) assert.match(new URL(text).protocol, /^https?:$/)
    destinationOf(text)
  }),
  target('redirect URI', pair, ([registered, presented]) => {
    assert.ok(matchesRedirectUri(registered, registered))
    if (matchesRedirectUri(registered, presented)) assert.deepEqual(differences(registered, presented), [])
    if (registrableRedirectUri(registered, { public: false }) !== undefined) return
    assert.match(registered, /^http/)
    assert.equal(new URL(registered).hash, '')
  }),
  target('issuer', hostileText, (text) => {
    if (issuerProblem(text) === undefined) assert.match(wellKnownPath(text), /^\/\.well-known\/[\w./~-]+$/)
  }),
  target('resource', pair, (all) => {
    for (const uri of readResources(all)) assert.ok(isSameResource(uri, uri))
  }),
  target('scope', pair, ([one, other]) => {
    if (parseScope(one) === undefined || parseScope(other) === undefined) return
    assert.ok(covers(joinScopes(one, other), one) && covers(joinScopes(one, other), other))
  }),
  target('PKCE', pair, ([challenge, method]) => {
    isCodeVerifier(challenge)
    readCodeChallenge(new Map(Object.entries({ code_challenge: challenge, code_challenge_method: method })))
  }),
  target('prompt', hostileText, readPrompt),
  target('JWT', fc.oneof(hostileJwt, hostileText), (text) => {
    const content = jwtContent(text)
    if (content === undefined) return
    typOf(content)
    timeProblem(content.claims, NOW)
    assertionTimeProblem(content.claims, NOW)
  }),
  target('request object', hostileJson, (value) => {
    const claims = { iss: 'c', client_id: 'c', aud: 'https://as.example', exp: NOW + 60, ...Object(value) }
    readRequestObject({ header: {}, claims }, { client_id: 'c', issuer: 'https://as.example', now: NOW })
  }),
  target(
    'DPoP',
    fc.tuple(hostileObject(['jti', 'htm', 'htu', 'iat', 'nonce', 'ath']), hostileText),
    ([claims, text]) => {
      readDpopJkt(text)
      judgeProof({ jti: 'a'.repeat(16), htm: 'POST', htu: text, iat: NOW, ...claims }, request)
    },
  ),
  target(
    'authorization_details',
    fc.oneof(
      hostileText,
      hostileJson.map((value) => JSON.stringify(value)),
    ),
    readDetails,
  ),
  target(
    'list of details',
    fc.array(hostileObject(['type', 'locations', 'actions', 'identifier', 'privileges'], fc.constant('a'))),
    (details) => readDetails(JSON.stringify(details)),
  ),
  target('key set', hostileJson, (value) => readJwks('jwks', value)),
  target(
    'list of keys',
    fc.array(
      hostileObject(
        ['kty', 'n', 'e', 'x', 'y', 'crv', 'k', 'd', 'use', 'alg', 'kid', 'x5c'],
        fc.constantFrom('RSA', 'EC', 'AQAB'),
      ),
    ),
    (keys) => readJwks('jwks', { keys }),
  ),
  target('jwks_uri', hostileText, (text) => readJwksUri('jwks_uri', text)),
  target(
    'client metadata',
    hostileObject(
      [
        'client_name',
        'redirect_uris',
        'grant_types',
        'scope',
        'token_endpoint_auth_method',
        'jwks',
        'owner',
        'resource',
      ],
      hostileText,
    ),
    (given) => registrable(given),
  ),
  target(
    'approval',
    hostileObject(['sub', 'scope', 'claims', 'remember', 'auth_time', 'acr', 'amr'], hostileText),
    (given) => readApproval(given, 'a b', NOW),
  ),
  target('denial', hostileObject(['error', 'error_description'], hostileText), readDenial),
  target('certificate header', hostileText, forwardedCertificate),
  target('distinguished name', pair, ([dn, subject]) => {
    isSubject(dn, subject)
    // One part of a name is the same, whichever end it is written from.
    if (parseDn(dn)?.length === 1 && !dn.includes('\n')) assert.ok(isSubject(dn, dn))
  }),
  target('alternative name', pair, ([names, wanted]) => [
    hasName(names, 'DNS', wanted),
    hasName(names, 'IP Address', wanted),
  ]),
  target('alternative name in quotes', pair, ([name, wanted]) => hasName(`DNS:"${name}"`, 'DNS', wanted)),
  target('address', hostileText, (text) => {
    isShared(addressGroup(text))
    assert.ok([undefined, 4, 16].includes(ipBytes(text)?.length))
  }),
  target('forwarded', pair, ([peer, header]) => {
    assert.ok(forwardedFor(peer, header, () => false) === peer)
    forwardedFor(peer, header, () => true)
  }),
  target('network', hostileText, (text) => isWithin(readNetwork(text), [127, 0, 0, 1]), TypeError),
  target('user name', hostileText, (text) => [readUsername(text), chosenSubProblem(text)]),
]
