import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenClientId } from '../../src/protocol/client-id.ts'

test('CA-03: a chosen client_id has only characters that no encoding changes', () => {
  for (const client_id of ['shop', 'cl_7f3k2q9x', 'x', 'a.b~c-d_e', 'x'.repeat(128)]) {
    assert.equal(chosenClientId(client_id), undefined, client_id)
  }
  for (const client_id of ['', 'x'.repeat(129), 'a b', 'a:b', 'a+b', 'a/b', 'a%b', 'é', 'a\n']) {
    assert.equal(chosenClientId(client_id)?.error, 'invalid_client_metadata', client_id)
  }
})

test('contract, client:create: a chosen client_id is mistaken neither for a flag nor for a folder', () => {
  for (const client_id of ['-', '-x', '--json', '.', '..', '.hidden', '~', '~root', '_x']) {
    assert.equal(chosenClientId(client_id)?.error, 'invalid_client_metadata', client_id)
  }
  for (const client_id of ['a-', 'a..', '0~', '1'])
    assert.equal(chosenClientId(client_id), undefined, client_id)
})

test('DR-08: a chosen client_id does not look like a URL', () => {
  for (const client_id of ['https', 'httpsfoo', 'HTTP-client']) {
    assert.equal(chosenClientId(client_id)?.error, 'invalid_client_metadata', client_id)
  }
  assert.equal(chosenClientId('my-https-client'), undefined)
})
