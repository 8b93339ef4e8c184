import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPageFiles } from '../src/page-files.ts'
import { readPagesSettings } from '../src/protocol/pages-settings.ts'
import { temporaryFolder } from './_store.ts'

test('ux 3.4: a file of the pages that is missing, no image or too large is refused by its name', (t) => {
  const folder = temporaryFolder(t)
  const file = (content: string | Uint8Array): string => {
    writeFileSync(join(folder, 'file'), content)
    return join(folder, 'file')
  }
  const logo = (content: string | Uint8Array): string | undefined =>
    readPageFiles(readPagesSettings({ logo: file(content) })).logo?.content_type
  assert.equal(logo('\ufeff<?xml version="1.0"?><svg/>'), 'image/svg+xml')
  assert.equal(logo(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1)), 'image/png')
  assert.equal(logo(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), 'image/jpeg')
  assert.equal(logo('GIF89a'), 'image/gif')
  assert.equal(logo('RIFF0000WEBPVP8 '), 'image/webp')
  assert.throws(() => logo('<html>'), { name: 'TypeError', message: /^pages\.logo .* must be an image/ })
  assert.throws(() => logo(new Uint8Array(600_000)), {
    message: /^pages\.logo .* must be 512 KiB at the most$/,
  })
  const none = readPagesSettings({ css: join(folder, 'none') })
  assert.throws(() => readPageFiles(none), { name: 'TypeError', message: /^pages\.css .* cannot be read$/ })
})
