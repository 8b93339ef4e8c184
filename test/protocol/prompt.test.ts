import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksFor, readPrompt } from '../../src/protocol/prompt.ts'
import { refusal } from './_refusal.ts'

test('OIDC Core 3.1.2.1: prompt is none, or any of login, consent and select_account', () => {
  assert.equal(readPrompt(undefined), '')
  assert.equal(readPrompt('none'), 'none')
  assert.equal(readPrompt('consent login consent'), 'consent login')
  assert.equal(readPrompt('select_account'), 'select_account')
})

test('OC-04: none beside another prompt, and one that is not known, are invalid_request', () => {
  for (const prompt of ['none login', 'login none', 'Login', 'create', 'login ', ' ', 'login\tconsent']) {
    refusal('invalid_request', () => readPrompt(prompt))
  }
})

test('OIDC Core 3.1.2.1: a prompt asks for its words, and an empty one for nothing', () => {
  assert.equal(asksFor('consent login', 'login'), true)
  assert.equal(asksFor('consent', 'login'), false)
  assert.equal(asksFor('', 'none'), false)
})
