import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isToBeOpened } from '../../src/cli/flow-server.ts'

test('HTTP-16, contract, flow:code: only https, or http on this device, is opened in a browser', () => {
  for (const address of [
    'https://id.example/a',
    'http://localhost:6749/a',
    'http://127.0.0.1/',
    'http://[::1]:1/',
  ]) {
    assert.equal(isToBeOpened(address), true, address)
  }
  for (const address of [
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://id.example/a',
    'http://localhost.a.example/',
    'http://localhost@a.example/',
    '--help',
    '',
  ]) {
    assert.equal(isToBeOpened(address), false, address)
  }
})
