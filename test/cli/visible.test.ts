import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from '../../src/cli/visible.ts'

test('LG-01: no error text holds the user information of a URL', () => {
  assert.equal(redact('not found: mysql://u:PW@h/db'), 'not found: mysql://…@h/db')
  assert.equal(
    redact('postgres://u:P@W@h:5432/db and https://u@a.example'),
    'postgres://…@h:5432/db and https://…@a.example',
  )
  for (const harmless of ['https://a.example/@me', 'https://a.example/?to=b@c', 'me@a.example', 'a:/b@c']) {
    assert.equal(redact(harmless), harmless)
  }
})
