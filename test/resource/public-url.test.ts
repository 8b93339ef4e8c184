import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calledUrl, checkedPublicUrl, originOf } from '../../src/resource/public-url.ts'

test('RFC 9449 4.3: what was called is the configured address and the path, whatever stands in front of it', () => {
  const urls = {
    '/a?b=1': 'https://api.example/v1/a',
    '/': 'https://api.example/v1/',
    'http://evil.example/a?b#c': 'https://api.example/v1/a',
    'http://evil.example': 'https://api.example/v1/',
    '//evil.example/a': 'https://api.example/v1//evil.example/a',
    '/@evil.example': 'https://api.example/v1/@evil.example',
    '*': 'https://api.example/v1/',
    'evil.example:443': 'https://api.example/v1/',
  }
  for (const [target, url] of Object.entries(urls)) {
    for (const base of ['https://api.example/v1', 'https://api.example/v1/']) {
      assert.equal(calledUrl(base, target), url, target)
    }
  }
  assert.equal(calledUrl(undefined, 'https://api.example/a'), undefined)
})

test('contract, middleware: public_url is an address; of a resource its origin counts, of a URN nothing', () => {
  assert.equal(checkedPublicUrl('https://api.example/v1'), 'https://api.example/v1')
  for (const wrong of [
    '',
    'api.example',
    'http://api.example',
    'https://a.example?b',
    'https://a.example#b',
    7,
  ]) {
    assert.throws(() => checkedPublicUrl(wrong), { name: 'TypeError', message: /^public_url / })
  }
  assert.equal(originOf('https://api.example/invoices?a'), 'https://api.example')
  assert.equal(originOf('urn:example:api'), undefined)
  assert.equal(originOf(undefined), undefined)
})
