import { readFileSync, statSync } from 'node:fs'
import type { PagesSettings } from './protocol/pages-settings.ts'

/** The files that the pages are dressed with, read once at the start. */
export interface PageFiles {
  /** Appended to our style; may be empty. */
  readonly css: string
  readonly logo: Logo | undefined
}

export interface Logo {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly content_type: string
}

/** A logo is an icon in a corner, and every new visitor loads it. */
const LARGEST = 512 * 1024

/** Reads what the settings name. @throws {TypeError} naming the setting */
export const readPageFiles = ({ css, logo }: PagesSettings): PageFiles => ({
  css: css === undefined ? '' : readNamed('css', css).toString('utf8'),
  logo: logo === undefined ? undefined : readLogo(logo),
})

const readLogo = (file: string): Logo => {
  const bytes = new Uint8Array(readNamed('logo', file))
  const content_type = TYPES.find(([begins]) => begins(bytes))?.[1]
  if (content_type === undefined) {
    throw new TypeError(`pages.logo ${file} must be an image: SVG, PNG, JPEG, WebP or GIF`)
  }
  return { bytes, content_type }
}

const readNamed = (setting: 'css' | 'logo', file: string): Buffer => {
  try {
    if (statSync(file).size <= LARGEST) return readFileSync(file)
  } catch (cause) {
    throw new TypeError(`pages.${setting} ${file} cannot be read`, { cause })
  }
  throw new TypeError(`pages.${setting} ${file} must be ${LARGEST / 1024} KiB at the most`)
}

const starts =
  (...first: readonly number[]) =>
  (bytes: Uint8Array): boolean =>
    first.every((byte, at) => bytes[at] === byte)

/** Told by what a file holds: a name may lie. */
const TYPES: readonly (readonly [(bytes: Uint8Array) => boolean, string])[] = [
  [starts(0x89, 0x50, 0x4e, 0x47), 'image/png'],
  [starts(0xff, 0xd8, 0xff), 'image/jpeg'],
  [starts(0x47, 0x49, 0x46, 0x38), 'image/gif'],
  [(bytes) => starts(0x52, 0x49, 0x46, 0x46)(bytes) && ascii(bytes, 8, 12) === 'WEBP', 'image/webp'],
  [(bytes) => /^\s*(?:<\?xml|<!--|<!doctype svg|<svg)/i.test(ascii(bytes, 0, 200)), 'image/svg+xml'],
]

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to)).replace('\u00ef\u00bb\u00bf', '')
