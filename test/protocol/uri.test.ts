import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hasDotSegment, isLoopbackHost, isUriText, splitUri, webUriProblem } from '../../src/protocol/uri.ts'

test('RFC 3986 appendix B: the parts of a URI', () => {
  assert.deepEqual(splitUri('http://u:p@www.ics.uci.edu:8080/pub/ietf/uri/?q=1#Related'), {
    scheme: 'http',
    userinfo: 'u:p',
    host: 'www.ics.uci.edu',
    port: '8080',
    path: '/pub/ietf/uri/',
    query: 'q=1',
    fragment: 'Related',
  })
  assert.equal(splitUri('http://[::1]:3000/').host, '[::1]')
  assert.equal(splitUri('http://[::1]:3000/').port, '3000')
  assert.equal(splitUri('com.example.app:/cb').host, undefined)
})

test('RFC 3986 appendix B: every text is cut, and the parts put together are the text again', () => {
  const pieces = fc.constantFrom('a', 'B', '.', ':', '/', '//', '?', '#', '@', '[', ']', '%', '\n', '1')
  fc.assert(
    fc.property(fc.array(pieces), (list) => {
      const text = list.join('')
      const { scheme, userinfo, host, port, path, query, fragment } = splitUri(text)
      const whole = [
        scheme === undefined ? '' : `${scheme}:`,
        host === undefined ? '' : '//',
        userinfo === undefined ? '' : `${userinfo}@`,
        host ?? '',
        port === undefined ? '' : `:${port}`,
        path,
        query === undefined ? '' : `?${query}`,
        fragment === undefined ? '' : `#${fragment}`,
      ]
      assert.equal(whole.join(''), text)
    }),
  )
})

test('RFC 3986 section 2: white space, controls, quotes, non-ASCII and broken percent-encoding are no URI', () => {
  for (const text of ['a b', 'a\nb', 'a"b', 'a<b', 'a\\b', 'é', '%', '%2', '%zz', 'a{b}']) {
    assert.equal(isUriText(text), false, text)
  }
  assert.equal(isUriText("https://a.example:1/~b/c;d=e,f/(g)*!'$&+?h=[i]%20#@"), true)
})

test('HTTP-16: loopback is 127.0.0.0/8, ::1 and localhost, in that spelling', () => {
  for (const host of ['127.0.0.1', '127.255.0.9', '[::1]', '::1', 'localhost', 'LocalHost']) {
    assert.equal(isLoopbackHost(host), true, host)
  }
  for (const host of [
    '127.1',
    '127.0.0.1.example',
    'x127.0.0.1',
    '128.0.0.1',
    'localhost.example',
    'a.localhost',
    '[::]',
    '0.0.0.0',
    '',
  ]) {
    assert.equal(isLoopbackHost(host), false, host)
  }
})

test('RU-05: a dot segment is found however it is written', () => {
  for (const path of ['/a/../b', '/..', '/./b', '/%2e%2e/b', '/.%2E/b', '/a%2f..%2Fb', '/a\\b', '/a%5Cb']) {
    assert.equal(hasDotSegment(path), true, path)
  }
  for (const path of ['', '/', '/a..b', '/...', '/.well-known/a', '/a%2Fb']) {
    assert.equal(hasDotSegment(path), false, path)
  }
})

test('HTTP-16: an address of ours or theirs is https, or http on loopback, and nothing is hidden in it', () => {
  for (const text of [
    'https://a.example',
    'https://a.example:8443/b?c=d',
    'http://127.0.0.1:3000/',
    'HTTP://[::1]',
  ]) {
    assert.equal(webUriProblem(text), undefined, text)
  }
  for (const text of [
    '/relative',
    'ftp://a.example',
    'https:a.example',
    'https:///a',
    'https://u@a.example',
    'https://a.example#',
    'https://a.example:99999',
    'http://a.example',
    'http://127.1/',
    'http://127.0.0.256',
    'HTTP://a.example',
    'https://a.example/ b',
  ]) {
    assert.notEqual(webUriProblem(text), undefined, text)
  }
  assert.equal(webUriProblem('a.example/b'), 'must be absolute')
})
