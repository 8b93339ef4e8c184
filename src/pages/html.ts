/**
 * HTML as values: text that is put into a page is escaped, always, and cannot be made to look like
 * markup. Markup is only what the template itself says, or another template's result.
 */

const MARKUP: unique symbol = Symbol('markup')

/** A piece of a page. Nothing that is parsed or stored can be one: the key is a symbol. */
export interface Html {
  readonly [MARKUP]: string
}

/** What may stand in a template. Nothing stands for `undefined` and `false`. */
export type Part = Html | string | number | undefined | false | readonly Part[]

/** html`<p>${text}</p>`: what is put in is escaped (PG-10). */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  [MARKUP]: strings.map((string, at) => string + (at < parts.length ? markupOf(parts[at]) : '')).join(''),
})

/** The text of a page. */
export const render = (page: Html): string => page[MARKUP]

const markupOf = (part: Part): string => {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(visible(String(part)))
  return isList(part) ? part.map(markupOf).join('') : part[MARKUP]
}

const isList = (part: Html | readonly Part[]): part is readonly Part[] => Array.isArray(part)

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '')

/** Unicode's controls of direction, which can make a name read as another one (PG-10). */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** What no page shows: C0 and C1 controls, the byte order mark, separators that pass for line ends. */
const CONTROLS = /(?![\t\n])\p{Cc}|[\ufeff\u2028\u2029]/gu

/** The text as a page may show it: without controls, whole characters only. */
export const visible = (text: string): string => text.toWellFormed().replace(BIDI, '').replace(CONTROLS, '')

/** PG-10: a name is 128 characters at most. */
const LONGEST_NAME = 128

/** Text of a client or a person, cut; a cut is seen. */
export const cut = (text: string, longest: number = LONGEST_NAME): string => {
  const letters = [...visible(text).trim()]
  return letters.length <= longest ? letters.join('') : `${letters.slice(0, longest - 1).join('')}…`
}

/** A name as it stands in a sentence, whichever way it and the sentence are written; never empty. */
export const name = (text: string, instead: string): Html => html`<bdi>${cut(text) || instead}</bdi>`

/** Text of machines: it runs from the left whatever stands around it. */
export const code = (text: string, longest?: number): Html =>
  html`<code dir="ltr">${cut(text, longest)}</code>`

/**
 * A sentence with its `{blanks}` filled in. The sentence is text, what is filled in may be markup; a
 * blank for which there is nothing stays as it is, so that a test finds it.
 */
export const fill = (sentence: string, blanks: Readonly<Record<string, Part>>): Html => ({
  [MARKUP]: sentence
    .split(/\{(\w+)\}/)
    .map((piece, at) => {
      if (at % 2 === 0) return escaped(piece)
      return Object.hasOwn(blanks, piece) ? markupOf(blanks[piece]) : escaped(`{${piece}}`)
    })
    .join(''),
})

/** The same as plain text, for a title. */
export const fillText = (sentence: string, blanks: Readonly<Record<string, string>>): string =>
  sentence.replace(/\{(\w+)\}/g, (blank, key: string) =>
    Object.hasOwn(blanks, key) ? (blanks[key] ?? '') : blank,
  )
