import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { endpoint, issuerProblem, wellKnownPath } from '../../src/protocol/issuer.ts'
import { vectors } from './_refusal.ts'

test('contract, settled points: every endpoint is issuer, prefix and name', () => {
  assert.equal(endpoint('https://id.example', 'oauth', 'token'), 'https://id.example/oauth/token')
  assert.equal(endpoint('https://id.example/p', 'a/b', 'token'), 'https://id.example/p/a/b/token')
  assert.equal(endpoint('https://id.example', '/oauth/', 'token'), 'https://id.example/oauth/token')
  assert.equal(endpoint('https://id.example/', '', 'token'), 'https://id.example/token')
  assert.equal(endpoint('https://id.example//', '//a//', 'token'), 'https://id.example/a/token')
})

test('contract, settled points: a row of slashes inside of issuer or prefix costs no more than another text', () => {
  // Where each slash were a new beginning, this would take half an hour: a process can be ended before.
  const program = `import { endpoint } from './src/protocol/issuer.ts'
    const slashes = '/'.repeat(2_000_000)
    console.log(endpoint('https://id.example/' + slashes + 'a', 'a' + slashes + 'a', 'token').length)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 })
  assert.equal(String(stdout), '4000029\n')
})

for (const { source, issuer, path } of vectors<{ source: string; issuer: string; path: string }[]>(
  'well-known',
)) {
  test(`MD-01: the document of ${issuer} is at ${path} (${source})`, () => {
    assert.equal(wellKnownPath(issuer), path)
  })
}

test('HTTP-16: an issuer is https, or http on loopback', () => {
  for (const issuer of [
    'https://id.example',
    'https://id.example/',
    'https://id.example:8443/tenant/a/',
    'http://localhost:6749',
    'http://127.0.0.1:6749/p',
    'http://[::1]:6749',
  ]) {
    assert.equal(issuerProblem(issuer), undefined, issuer)
  }
  for (const issuer of [
    'http://id.example',
    'http://10.0.0.1',
    'http://localhost.example',
    'ftp://id.example',
    'id.example',
    '',
  ]) {
    assert.notEqual(issuerProblem(issuer), undefined, issuer)
  }
})

test('MD-02: an issuer has no query and no fragment, not even an empty one', () => {
  for (const issuer of [
    'https://id.example?a=b',
    'https://id.example/?a=b',
    'https://id.example?',
    'https://id.example/#a',
    'https://id.example#',
  ]) {
    assert.notEqual(issuerProblem(issuer), undefined, issuer)
  }
})

test('RFC 8414 section 3.3: an issuer is written as every URL parser writes it', () => {
  assert.equal(issuerProblem('https://ID.example/a'), 'must be written as https://id.example/a')
  assert.equal(issuerProblem('https://id.example:443'), 'must be written as https://id.example')
  assert.equal(issuerProblem('https://id.example/a/../b'), 'must be written as https://id.example/b')
  assert.equal(issuerProblem('https://u@id.example'), 'must not hold a user name or password')
})

test('contract, HTTP: an issuer path holds only characters that mean nothing in a route', () => {
  for (const path of ['/a', '/a/b-c_d.e~f', '/a/', '/']) {
    assert.equal(issuerProblem(`https://id.example${path}`), undefined, path)
  }
  for (const path of ['/:a', '/*', '/a(b)', '/a//b', '/%41', '/a+b', '/a;b=c', '/a@b']) {
    assert.match(issuerProblem(`https://id.example${path}`) ?? '', /must have a path of/, path)
  }
})
