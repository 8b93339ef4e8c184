/** The machine's own Chromium, driven by playwright-core: nothing is downloaded. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

const ON_MACOS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Where Chromium is. @throws {Error} one line that says how to install it */
export const findChromium = (env: Readonly<Record<string, string | undefined>> = process.env): string => {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const places = [
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...(env['PATH'] === undefined ? [] : ON_MACOS),
  ]
  const found = places.find((place) => existsSync(place))
  if (found !== undefined) return found
  throw new Error('no Chromium: install it with `apt-get install chromium` or `brew install --cask chromium`')
}

/** A browser of its own; the system's sandbox is not for root. */
export const openChromium = (...args: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...args],
  })
