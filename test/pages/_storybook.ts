/** `npm run pages [FOLDER]`: every page in every state as a file, and an index of them, to be opened in a browser. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { html, render } from '../../src/pages/html.ts'
import { stylesheet } from '../../src/pages/stylesheet.ts'
import { themeOf } from '../../src/protocol/theme.ts'
import { LOGO, stories } from './_stories.ts'

const folder = resolve(process.argv[2] ?? 'node_modules/.cache/oauthd/pages')
mkdirSync(folder, { recursive: true })
const all = stories()
for (const { name, page } of all) {
  // Opened from a disk, a page that led on would not be seen.
  writeFileSync(join(folder, `${name}.html`), page.replace('content="0;url=', 'content="999999;url='))
}
writeFileSync(join(folder, 'page.css'), stylesheet(themeOf({ accent: undefined, accent_dark: undefined })))
writeFileSync(join(folder, 'logo.svg'), LOGO)
const index = html`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Pages of oauthd</title><link rel="stylesheet" href="page.css">
<main><h1>Pages of oauthd</h1><ul>${all.map(({ name }) => html`<li><a href="${name}.html">${name}</a></li>`)}</ul></main></html>
`
writeFileSync(join(folder, 'index.html'), render(index))
process.stdout.write(`${all.length} pages: ${join(folder, 'index.html')}\n`)
