import type { Texts } from './text/en.ts'

/** What every page is told about the site it belongs to. Addresses are paths, or were checked to be https. */
export interface Site {
  /** What people call it; the issuer's host unless it is set. */
  readonly name: string
  /** Where the pages are: `/oauth`, an issuer's path before it. */
  readonly base: string
  readonly stylesheet: string
  readonly logo?: string | undefined
  readonly links: SiteLinks
  /** BCP 47, and which way it is written. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly t: Texts
}

export interface SiteLinks {
  readonly support_url?: string | undefined
  readonly terms_url?: string | undefined
  readonly privacy_url?: string | undefined
}
