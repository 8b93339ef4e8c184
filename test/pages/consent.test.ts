import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consentPage } from '../../src/pages/consent.ts'
import { SHOP, testSite } from './_stories.ts'

test('RR-03: everything that is asked for in detail is on the page, whatever its type', () => {
  const detail = {
    type: 'payment_initiation',
    actions: ['initiate', 'status'],
    amount: { currency: 'EUR', value: { exact: '123.50', rounded: false } },
    items: [{ sku: 'A1' }, { sku: 'B2' }],
  }
  const page = consentPage(testSite(), { ...SHOP, details: [{ title: 'Start a payment', detail }] })
  for (const shown of ['Start a payment', 'initiate', 'status', 'EUR', '123.50', 'false', 'A1', 'B2']) {
    assert.ok(page.includes(shown), shown)
  }
})

test('RR-03: what is asked for with nothing in it is on the page too', () => {
  const detail = { type: 'payment_initiation', unlimited: {}, every: [], deep: { open: {} }, none: null }
  const page = consentPage(testSite(), { ...SHOP, details: [{ title: 'Start a payment', detail }] })
  for (const [label, value] of [
    ['unlimited', '{}'],
    ['every', '[]'],
    ['deep open', '{}'],
    ['none', 'null'],
  ]) {
    assert.ok(page.includes(`<dt>${label}</dt><dd><code dir="ltr">${value}</code></dd>`), label)
  }
})

test('PG-10, RR-03: what cannot be seen in a detail is spelled out: two accounts never look alike', () => {
  const detail = {
    type: 'payment_initiation',
    identifier: 'DE12\u200b34\u202e56\u3164',
    '\u200b': '\u{e0061}\n\ud800',
  }
  const page = consentPage(testSite(), { ...SHOP, details: [{ title: 'Start a payment', detail }] })
  assert.ok(page.includes('>DE12[U+200B]34[U+202E]56[U+3164]<'))
  assert.ok(page.includes('<dt>[U+200B]</dt><dd><code dir="ltr">[U+E0061][U+000A][U+D800]</code></dd>'))
})
