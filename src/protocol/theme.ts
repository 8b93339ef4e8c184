import type { PagesSettings } from './pages-settings.ts'

/** The colours of one scheme, light or dark; each is `#rrggbb`. */
export interface Scheme {
  readonly bg: string
  readonly card: string
  readonly fg: string
  readonly accent: string
  /** Words on the accent: black or white, whichever is read better. */
  readonly on_accent: string
  /** Links, outlines and edges: the accent, where it is read well enough on `bg` and `card`. */
  readonly link: string
}

export interface Theme {
  readonly light: Scheme
  readonly dark: Scheme
}

const LIGHT = { bg: '#f6f7f9', card: '#ffffff', fg: '#1b1c1e' } as const
const DARK = { bg: '#111316', card: '#1b1d21', fg: '#e8eaed' } as const
const ACCENT = '#0b57d0'
const ACCENT_DARK = '#a8c7fa'

/** WCAG 2.2 section 1.4.3: what words need at the least. */
const LEAST = 4.5

/** The colours of the pages; one accent alone serves both schemes. */
export const themeOf = ({ accent, accent_dark }: Pick<PagesSettings, 'accent' | 'accent_dark'>): Theme => ({
  light: scheme(LIGHT, accent ?? ACCENT),
  dark: scheme(DARK, accent_dark ?? accent ?? ACCENT_DARK),
})

/** What an operator should know of the colours that were chosen: one line each, `undefined` for none. */
export const themeWarnings = ({
  accent,
  accent_dark,
}: Pick<PagesSettings, 'accent' | 'accent_dark'>): readonly string[] => {
  const warning = (
    name: string,
    colour: string | undefined,
    ground: typeof LIGHT | typeof DARK,
  ): readonly string[] => {
    if (colour === undefined) return []
    const found = leastContrast(colour, ground)
    if (found >= LEAST) return []
    const seen = Math.floor(found * 10) / 10
    return [
      `pages.${name} ${colour} has contrast ${seen}:1, less than ${LEAST}:1: links are drawn in ${ground.fg} instead`,
    ]
  }
  return [...warning('accent', accent, LIGHT), ...warning('accent_dark', accent_dark, DARK)]
}

const scheme = (ground: typeof LIGHT | typeof DARK, accent: string): Scheme => ({
  ...ground,
  accent,
  on_accent: contrast(accent, '#ffffff') >= contrast(accent, '#000000') ? '#ffffff' : '#000000',
  link: leastContrast(accent, ground) >= LEAST ? accent : ground.fg,
})

const leastContrast = (colour: string, { bg, card }: typeof LIGHT | typeof DARK): number =>
  Math.min(contrast(colour, bg), contrast(colour, card))

/** WCAG 2.2, contrast ratio: 1 to 21. */
export const contrast = (one: string, other: string): number => {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** WCAG 2.2, relative luminance of `#rrggbb`. */
const luminance = (colour: string): number => {
  const channel = (at: number): number => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
