import { de } from './de.ts'
import { en, type Texts } from './en.ts'

/** A language that the pages speak. */
export interface Language {
  /** BCP 47. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly t: Texts
}

const ENGLISH: Language = { lang: 'en', dir: 'ltr', t: en }

/** Every language there is, one line each. */
export const LANGUAGES: readonly Language[] = [ENGLISH, { lang: 'de', dir: 'ltr', t: de }]

/**
 * The language of a page.
 *
 * @param ui_locales as the client asked, in order of preference (OpenID Connect Core section 3.1.2.1)
 * @param accept_language as the browser asks (RFC 9110 section 12.5.4)
 */
export const chooseLanguage = (ui_locales: string | undefined, accept_language: string | null): Language => {
  const wanted = [...(ui_locales ?? '').split(' '), ...byWeight(accept_language ?? '')]
  for (const tag of wanted.slice(0, MOST)) {
    const primary = tag.toLowerCase().split('-')[0]
    const found = LANGUAGES.find(({ lang }) => lang === primary)
    if (found !== undefined) return found
  }
  return ENGLISH
}

/** Nobody reads more languages than this. */
const MOST = 20

const byWeight = (accept_language: string): readonly string[] =>
  accept_language
    .slice(0, 500)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
      const q = parameters.find((parameter) => /^q=/i.test(parameter))
      return { tag, weight: q === undefined ? 1 : Number(q.slice(2)) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
