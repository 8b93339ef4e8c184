import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCodeVerifier, matchesChallenge, readCodeChallenge } from '../../src/protocol/pkce.ts'
import { refusal } from './_refusal.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const read = (values: Readonly<Record<string, string>>): string =>
  readCodeChallenge(new Map(Object.entries(values)))

const verifiers = fc.string({
  unit: fc.constantFrom(...'ABCXYZabcxyz0189-._~'),
  minLength: 43,
  maxLength: 128,
})

test('RFC 7636 appendix B: the verifier of the example fits its challenge', () => {
  assert.equal(read({ code_challenge: CHALLENGE, code_challenge_method: 'S256' }), CHALLENGE)
  assert.equal(matchesChallenge(CHALLENGE, VERIFIER), true)
})

test('AZ-03: a challenge that is missing, or no SHA-256 in base64url, is invalid_request', () => {
  const code_challenge_method = 'S256'
  refusal('invalid_request', () => read({ code_challenge_method }))
  for (const code_challenge of [
    CHALLENGE.slice(1),
    `${CHALLENGE}A`,
    `${CHALLENGE}=`,
    CHALLENGE.replace('-', '+'),
    // 43 characters hold 258 bits; the last two must be zero.
    `${CHALLENGE.slice(0, 42)}N`,
    'x'.repeat(128),
  ]) {
    refusal('invalid_request', () => read({ code_challenge, code_challenge_method }))
  }
})

test('AZ-03: another method than S256 is invalid_request; none means plain (RFC 7636 4.3)', () => {
  refusal('invalid_request', () => read({ code_challenge: CHALLENGE }))
  for (const code_challenge_method of ['plain', 's256', 'S512', 'S256 ']) {
    refusal('invalid_request', () => read({ code_challenge: CHALLENGE, code_challenge_method }))
  }
})

test('RFC 7636 4.1: a verifier has 43 to 128 unreserved characters', () => {
  assert.equal(isCodeVerifier('a'.repeat(42)), false)
  assert.equal(isCodeVerifier('a'.repeat(43)), true)
  assert.equal(isCodeVerifier('a'.repeat(128)), true)
  assert.equal(isCodeVerifier('a'.repeat(129)), false)
  for (const letter of ['+', '/', '=', ' ', 'é', '\n']) {
    assert.equal(isCodeVerifier(`${'a'.repeat(43)}${letter}`), false)
  }
})

test('RFC 7636 4.6: a verifier fits the challenge made of it, and no other', () => {
  fc.assert(
    fc.property(verifiers, verifiers, (one, other) => {
      const made = hash('sha256', one, 'base64url')
      assert.equal(read({ code_challenge: made, code_challenge_method: 'S256' }), made)
      assert.equal(matchesChallenge(made, one), true)
      assert.equal(matchesChallenge(made, other), one === other)
    }),
  )
})

test('RFC 7636 4.6: what is no verifier fits nothing, its own hash included', () => {
  const short = 'a'.repeat(42)
  assert.equal(matchesChallenge(hash('sha256', short, 'base64url'), short), false)
  assert.equal(matchesChallenge(CHALLENGE, CHALLENGE), false)
})
