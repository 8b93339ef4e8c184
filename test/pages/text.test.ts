import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { en } from '../../src/pages/text/en.ts'
import { chooseLanguage, LANGUAGES } from '../../src/pages/text/languages.ts'

const blanks = (sentence: string): readonly string[] =>
  [...sentence.matchAll(/\{(\w+)\}/g)].map(([blank]) => blank).sort()

test('ux 3.4: every language has every text, with the same blanks, and none is empty', () => {
  assert.ok(LANGUAGES.length >= 2)
  for (const { lang, t } of LANGUAGES) {
    assert.deepEqual(Object.keys(t), Object.keys(en), lang)
    for (const [key, sentence] of Object.entries(en)) {
      const translated = new Map(Object.entries(t)).get(key) ?? ''
      assert.notEqual(translated.trim(), '', `${lang} ${key}`)
      assert.deepEqual(blanks(translated), blanks(sentence), `${lang} ${key}`)
    }
  }
})

test('ux 3.4: the language is the one that the client asks for, else the browser, else English', () => {
  const chosen = (ui_locales: string | undefined, accept_language: string | null): string =>
    chooseLanguage(ui_locales, accept_language).lang
  assert.equal(chosen(undefined, null), 'en')
  assert.equal(chosen(undefined, 'de-AT,en;q=0.8'), 'de')
  assert.equal(chosen(undefined, 'en;q=0.5, de;q=0.9'), 'de')
  assert.equal(chosen(undefined, 'de;q=0, fr'), 'en')
  assert.equal(chosen('fr de-CH en', 'en'), 'de')
  assert.equal(chosen('xx', 'DE'), 'de')
  assert.equal(chosen('', '*'), 'en')
})

test('ux 3.4: whatever is asked for, there is a language', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => LANGUAGES.includes(chooseLanguage(one, other))),
  )
})
