/**
 * How the pages look: the table `[pages]` of the configuration file, and the library's option `pages`.
 * None of it has a flag: it belongs to an installation, not to a start.
 */
import { refuseUnknown } from './nearest.ts'
import { tableOf } from './setting-value.ts'
import { webUriProblem } from './uri.ts'

export interface PagesSettings {
  /** What people call the site; `undefined`: the issuer's host. */
  readonly name: string | undefined
  /** A file: SVG, PNG, JPEG, WebP or GIF. */
  readonly logo: string | undefined
  /** The colour of buttons and links, `#rrggbb`; `accent_dark` where the scheme is dark. */
  readonly accent: string | undefined
  readonly accent_dark: string | undefined
  readonly support_url: string | undefined
  readonly terms_url: string | undefined
  readonly privacy_url: string | undefined
  /** A file of CSS, appended to ours. */
  readonly css: string | undefined
}

export type PagesSettingName = keyof PagesSettings

type Read = (value: unknown) => string

/** PG-10: as long as any name. */
const LONGEST_NAME = 128

const name: Read = (value) => {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_NAME) return value.trim()
  throw new TypeError(`must be 1 to ${LONGEST_NAME} characters`)
}

const file: Read = (value) => {
  if (typeof value === 'string' && /^[^\0]+$/.test(value)) return value
  throw new TypeError('must be the name of a file')
}

const colour: Read = (value) => {
  if (typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)) return value.toLowerCase()
  throw new TypeError('must be a colour such as #0b57d0')
}

const url: Read = (value) => {
  const problem = typeof value === 'string' ? webUriProblem(value) : 'must be a URL'
  if (typeof value === 'string' && problem === undefined) return value
  throw new TypeError(problem ?? 'must be a URL')
}

const READ: { readonly [K in PagesSettingName]: Read } = {
  name,
  logo: file,
  accent: colour,
  accent_dark: colour,
  support_url: url,
  terms_url: url,
  privacy_url: url,
  css: file,
}

/** In the order of the table. */
export const PAGES_SETTING_NAMES: readonly PagesSettingName[] = [
  'name',
  'logo',
  'accent',
  'accent_dark',
  'support_url',
  'terms_url',
  'privacy_url',
  'css',
]

/**
 * Reads the table; what is not given is `undefined`.
 *
 * @throws {TypeError} naming the member and saying what it must be
 */
export const readPagesSettings = (given: unknown): PagesSettings => {
  const table: Readonly<Record<string, unknown>> =
    given === undefined ? {} : tableOf(given, 'pages must be a table of settings')
  refuseUnknown(table, PAGES_SETTING_NAMES, 'a setting', 'pages.')
  const take = (member: PagesSettingName): string | undefined => {
    const value = table[member]
    if (value === undefined) return undefined
    try {
      return READ[member](value)
    } catch (error) {
      throw error instanceof TypeError ? new TypeError(`pages.${member} ${error.message}`) : error
    }
  }
  return {
    name: take('name'),
    logo: take('logo'),
    accent: take('accent'),
    accent_dark: take('accent_dark'),
    support_url: take('support_url'),
    terms_url: take('terms_url'),
    privacy_url: take('privacy_url'),
    css: take('css'),
  }
}
