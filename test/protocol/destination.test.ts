import assert from 'node:assert/strict'
import { test } from 'node:test'
import { destinationOf } from '../../src/protocol/destination.ts'

test('PG-05: a redirect URI is told by its host and port, as an app on the device, or by its scheme', () => {
  assert.deepEqual(destinationOf('https://Shop.Example/cb?x=1'), { kind: 'host', host: 'shop.example' })
  assert.deepEqual(destinationOf('https://shop.example:8443/cb'), { kind: 'host', host: 'shop.example:8443' })
  assert.deepEqual(destinationOf('http://127.0.0.1:43121/cb'), { kind: 'loopback', host: '127.0.0.1:43121' })
  assert.deepEqual(destinationOf('http://[::1]/cb'), { kind: 'loopback', host: '[::1]' })
  assert.deepEqual(destinationOf('http://localhost:3000/'), { kind: 'loopback', host: 'localhost:3000' })
  assert.deepEqual(destinationOf('com.example.App:/cb'), { kind: 'app', scheme: 'com.example.app' })
})

test('PG-06: a host that only begins like this device is another host', () => {
  for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', 'evil.example']) {
    assert.deepEqual(destinationOf(`https://${host}/cb`), { kind: 'host', host })
  }
})
