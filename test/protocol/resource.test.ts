import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OAuthError } from '../../src/protocol/error.ts'
import {
  distinctResources,
  isSameResource,
  narrowResources,
  readResources,
  resourceProblem,
} from '../../src/protocol/resource.ts'
import { refusal } from './_refusal.ts'

test('RI-01: a resource is an absolute https URI, or http on loopback', () => {
  for (const uri of [
    'https://api.example',
    'https://api.example/v1?tenant=1',
    'http://localhost:3000/mcp',
    'http://127.0.0.1',
    'http://[::1]:8080/a',
  ]) {
    assert.equal(resourceProblem(uri), undefined, uri)
    assert.deepEqual(readResources([uri]), [uri])
  }
})

test('RI-01: relative, with a fragment, of another scheme, or http elsewhere is invalid_target', () => {
  for (const uri of [
    'api',
    '/api',
    'https://api.example#',
    'https://api.example/#a',
    'http://api.example',
    'urn:example:api',
    'https:',
    'https://',
    'https://u:p@api.example',
    'https://api.example/a b',
    'https://api.example:port',
  ]) {
    refusal('invalid_target', () => readResources(['https://ok.example', uri]))
  }
})

test('ERR-02: the refusal does not repeat the resource', () => {
  const { error_description } = refusal('invalid_target', () => readResources(['attack']))
  assert.doesNotMatch(error_description, /attack/)
})

test('RI-03: scheme and host without case, default port and empty path count as the same', () => {
  for (const same of [
    'https://h.example/',
    'HTTPS://H.Example',
    'https://h.example:443',
    'https://h.example:/',
  ]) {
    assert.equal(isSameResource('https://h.example', same), true, same)
  }
  assert.equal(isSameResource('http://localhost:80/a', 'http://LOCALHOST/a'), true)
  assert.equal(isSameResource('https://h.example?a', 'https://h.example/?a'), true)
})

test('RI-03: nothing else is normalised', () => {
  for (const other of [
    'https://h.example/A',
    'https://h.example/a/',
    'https://h.example/b/../a',
    'https://h.example/%61',
    'https://h.example:8443/a',
    'https://h.example/a?',
    'https://h.example:80/a',
    'http://h.example/a',
  ]) {
    assert.equal(isSameResource('https://h.example/a', other), false, other)
  }
  assert.equal(isSameResource('https://h.example/a?b', 'https://h.example/a?B'), false)
})

test('RFC 8707 2: a resource named twice counts once, as first spelled', () => {
  assert.deepEqual(readResources(['https://h.example/', 'https://b.example', 'https://h.example']), [
    'https://h.example/',
    'https://b.example',
  ])
  assert.deepEqual(distinctResources([]), [])
})

test('contract, bad input: more than 20 resources are invalid_target, named twice or not', () => {
  const many = Array.from({ length: 21 }, (_, count) => `https://${count}.example`)
  assert.equal(readResources(many.slice(1)).length, 20)
  refusal('invalid_target', () => readResources(many))
  refusal('invalid_target', () => readResources(Array.from({ length: 21 }, () => 'https://a.example')))
})

test('RT-04, RI-02: a later request names some of what was granted, as it was granted; never one more', () => {
  const granted = ['https://a.example', 'https://b.example/v1']
  assert.equal(narrowResources(granted, []), granted)
  assert.deepEqual(narrowResources(granted, ['HTTPS://A.example/']), ['https://a.example'])
  assert.deepEqual(narrowResources(granted, ['https://b.example/v1', 'https://a.example']), granted)
  for (const beyond of [['https://c.example'], ['https://a.example', 'https://c.example']]) {
    assert.ok(narrowResources(granted, beyond) instanceof OAuthError)
  }
  assert.ok(narrowResources([], ['https://a.example']) instanceof OAuthError)
})
