import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { code, cut, fill, fillText, html, name, render, visible } from '../../src/pages/html.ts'

/** What a browser makes of escaped text. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', "'", '\u202e', '\u2066', '\0', 'a', '{', '}', '\ud800'),
  }),
)

test('PG-10: whatever text is put in, no markup and no quote comes out, and the text is what is read', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const put = render(html`${text}`)
      assert.doesNotMatch(put, /[<>"']/)
      assert.doesNotMatch(put.replace(/&(?:lt|gt|quot|#39|amp);/g, ''), /&/)
      assert.equal(unescaped(put), visible(text))
    }),
  )
})

test('PG-10: controls of direction, other controls and halves of characters are stripped, words are not', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = visible(text)
      assert.doesNotMatch(shown, /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]/)
      assert.doesNotMatch(shown, /(?![\t\n])\p{Cc}/u)
      assert.ok(shown.isWellFormed())
      assert.equal(visible(shown), shown)
    }),
  )
  assert.equal(
    visible('Ana\u202eexe.\u2066 \0\x1b[1m\u0085Zoë 日本 👩‍👩‍👧 \ud800'),
    'Anaexe. [1mZoë 日本 👩‍👩‍👧 \ufffd',
  )
})

test('PG-10: a name is cut at 128 characters, between two of them, and a cut is seen', () => {
  assert.equal(cut('a'.repeat(128)), 'a'.repeat(128))
  assert.equal(cut('a'.repeat(129)), `${'a'.repeat(127)}…`)
  const [...letters] = cut('👍'.repeat(200))
  assert.equal(letters.length, 128)
  assert.equal(letters[126], '👍')
  fc.assert(fc.property(anyText, (text) => [...cut(text)].length <= 128))
})

test('PG-10: a name that shows nothing is replaced by words that do', () => {
  assert.equal(render(name('\u202e \u2066', 'An app')), '<bdi>An app</bdi>')
  assert.equal(render(name('Shop', 'An app')), '<bdi>Shop</bdi>')
})

test('PG-10: only templates are markup; what was parsed or stored never is', () => {
  const parsed: unknown = JSON.parse('{"markup":"<b>","toString":"<b>"}')
  assert.throws(() => render(html`${String(parsed)}`))
  assert.equal(
    render(html`<p>${html`<b>${'<i>'}</b>`}${['<', html`<br>`]}${undefined}${false}${1}</p>`),
    '<p><b>&lt;i&gt;</b>&lt;<br>1</p>',
  )
})

test('PG-10: the blanks of a sentence are filled once, and what fills one is no blank', () => {
  assert.equal(render(fill('{a} & {b} {c}', { a: '{b}', b: html`<b>x</b>` })), '{b} &amp; <b>x</b> {c}')
  assert.equal(fillText('{a} {b}', { a: '{b}', b: '$&' }), '{b} $&')
  assert.equal(fillText('{toString}', {}), '{toString}')
  assert.equal(render(fill('{constructor}', {})), '{constructor}')
})

test('ux 3.3: an identifier runs from the left whatever stands around it', () => {
  assert.equal(render(code('a:b')), '<code dir="ltr">a:b</code>')
})
