import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { authorizationResponse } from '../../src/protocol/authorization-response.ts'
import { parseQuery } from '../../src/protocol/form.ts'

const iss = 'https://id.example'

test('AZ-05, AZ-06: code, state and iss in this order behind the redirect URI', () => {
  assert.equal(
    authorizationResponse('https://a.example/cb', { code: 'oac_1', state: 'x y', iss }),
    'https://a.example/cb?code=oac_1&state=x%20y&iss=https%3A%2F%2Fid.example',
  )
})

test('AZ-06: the query of the redirect URI is kept as it is written', () => {
  const to = (uri: string): string => authorizationResponse(uri, { code: 'c', state: null, iss: 'i' })
  assert.equal(to('https://a.example/cb?a=%2f&b'), 'https://a.example/cb?a=%2f&b&code=c&iss=i')
  assert.equal(to('https://a.example/cb?'), 'https://a.example/cb?code=c&iss=i')
  assert.equal(to('https://a.example/cb?a=1&'), 'https://a.example/cb?a=1&code=c&iss=i')
  assert.equal(to('com.example.app:/cb'), 'com.example.app:/cb?code=c&iss=i')
  assert.equal(to('http://[::1]:4711'), 'http://[::1]:4711?code=c&iss=i')
})

test('AZ-05, AZ-07: an error has its description, the state and iss', () => {
  assert.equal(
    authorizationResponse('https://a.example/cb', {
      error: 'access_denied',
      error_description: 'no & no',
      state: 's',
      iss: 'i',
    }),
    'https://a.example/cb?error=access_denied&error_description=no%20%26%20no&state=s&iss=i',
  )
  assert.equal(
    authorizationResponse('https://a.example/cb', { error: 'server_error', state: null, iss: 'i' }),
    'https://a.example/cb?error=server_error&iss=i',
  )
})

test('AZ-04: any state comes back byte for byte, by form decoding and by percent-decoding', () => {
  const states = fc.string({ unit: 'binary', minLength: 1, maxLength: 64 })
  fc.assert(
    fc.property(states, (state) => {
      fc.pre(!state.includes('\0') && !state.includes('\ufffd'))
      const url = authorizationResponse('https://a.example/cb?x=1', { code: 'c', state, iss })
      assert.match(url, /^[\x21-\x7e]+$/)
      assert.doesNotMatch(url, /[#<>"]/)
      assert.equal(new URL(url).searchParams.get('state'), state)
      assert.equal(parseQuery(url.slice(url.indexOf('?'))).values.get('state'), state)
      assert.equal(decodeURIComponent(/&state=([^&]*)/.exec(url)?.[1] ?? ''), state)
    }),
  )
})
