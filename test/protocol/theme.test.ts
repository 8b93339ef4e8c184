import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contrast, type Scheme, themeOf, themeWarnings } from '../../src/protocol/theme.ts'

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)

test('WCAG 2.2 1.4.3: contrast is counted as WCAG says', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21)
  assert.equal(contrast('#ffffff', '#ffffff'), 1)
  assert.equal(contrast('#767676', '#ffffff').toFixed(2), '4.54')
  assert.equal(contrast('#0000ff', '#ffffff').toFixed(2), '8.59')
})

test('ux 3.4: whatever the accent, words on it and links beside it have a contrast of 4.5:1', () => {
  fc.assert(
    fc.property(colour, fc.option(colour, { nil: undefined }), (accent, accent_dark) => {
      const { light, dark } = themeOf({ accent, accent_dark })
      for (const { bg, card, link, on_accent, accent: ground } of [light, dark] satisfies readonly Scheme[]) {
        assert.ok(contrast(on_accent, ground) >= 4.5)
        assert.ok(contrast(link, bg) >= 4.5 && contrast(link, card) >= 4.5)
      }
    }),
  )
})

test('ux 3.4: an accent of less than 4.5:1 warns and says what is done instead; a good one does not', () => {
  assert.deepEqual(themeWarnings({ accent: '#0b57d0', accent_dark: '#a8c7fa' }), [])
  assert.deepEqual(themeWarnings({ accent: undefined, accent_dark: undefined }), [])
  const [light, dark, ...more] = themeWarnings({ accent: '#ffe000', accent_dark: '#062e6f' })
  assert.match(
    light ?? '',
    /^pages\.accent #ffe000 has contrast 1\.\d:1, less than 4\.5:1: links are drawn in #1b1c1e/,
  )
  assert.match(dark ?? '', /^pages\.accent_dark #062e6f .* in #e8eaed/)
  assert.deepEqual(more, [])
  assert.equal(themeOf({ accent: '#ffe000', accent_dark: undefined }).light.accent, '#ffe000')
})
