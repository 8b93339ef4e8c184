import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PAGES_SETTING_NAMES, readPagesSettings } from '../../src/protocol/pages-settings.ts'
import { completeSettings } from '../../src/protocol/settings.ts'

test('ux 3.4: every setting of the pages is read, and none is needed', () => {
  const all = {
    name: 'Example Accounts',
    logo: 'logo.svg',
    accent: '#0b6e4f',
    accent_dark: '#a8fac7',
    support_url: 'https://example.com/help',
    terms_url: 'https://example.com/terms',
    privacy_url: 'https://example.com/privacy',
    css: 'pages.css',
  }
  assert.deepEqual(readPagesSettings(all), all)
  assert.deepEqual(Object.keys(all), PAGES_SETTING_NAMES)
  assert.deepEqual(Object.values(readPagesSettings(undefined)), Array(8).fill(undefined))
  assert.equal(readPagesSettings({ name: '  A ', accent: '#ABCDEF' }).accent, '#abcdef')
  assert.equal(readPagesSettings({ name: '  A ' }).name, 'A')
})

test('contract, library: a setting of the pages that cannot be is a TypeError that names it', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ acent: '#0b6e4f' }, /^pages\.acent: did you mean pages\.accent\?$/],
    [{ accent: 'green' }, /^pages\.accent must be a colour such as #0b57d0$/],
    [{ accent: '#fff;}body{' }, /^pages\.accent must be/],
    [{ accent_dark: 7 }, /^pages\.accent_dark must be/],
    [{ name: '' }, /^pages\.name must be/],
    [{ name: 'a'.repeat(129) }, /^pages\.name must be/],
    [{ logo: '' }, /^pages\.logo must be/],
    [{ css: 1 }, /^pages\.css must be/],
    [{ support_url: 'http://example.com' }, /^pages\.support_url must be https/],
    [{ terms_url: 'javascript:alert(1)' }, /^pages\.terms_url /],
    [{ privacy_url: null }, /^pages\.privacy_url must be a URL$/],
    ['pages', /^pages must be a table of settings$/],
    [[], /^pages must be a table of settings$/],
  ]
  for (const [given, message] of wrong) {
    assert.throws(() => completeSettings({ pages: given }), { name: 'TypeError', message })
  }
})
