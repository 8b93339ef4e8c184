/** The README of examples/nginx-auth-request, run as it stands with the real proxies, and the guide's excerpts of it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHECKOUT } from '../_process.ts'
import { caddy, missing, nginx } from '../proxies/_behind.ts'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

const EXAMPLE = 'examples/nginx-auth-request'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

const skip = missing(nginx) || missing(caddy)

test('contract, verify: the example behind nginx and Caddy works as its README says', { skip }, async (t) => {
  await runDocument(t, clone.path, `${EXAMPLE}/README.md`, {
    ports: [6749, 3000, 8080, 8081],
    files: [`${EXAMPLE}/nginx.conf`, `${EXAMPLE}/Caddyfile`],
    jobs: [
      [/oauthd serve/, 6749],
      [/app\.ts/, 3000],
      [/nginx -p/, 8080],
      [/caddy run/, 8081],
    ],
  })
})

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

test('contract, verify: what the guide shows of nginx and Caddy stands in the configurations that are run', async () => {
  const guide = await readFile(join(CHECKOUT, 'docs/guides/behind-nginx-and-caddy.md'), 'utf8')
  for (const [fence, file] of [
    ['nginx', 'nginx.conf'],
    ['caddyfile', 'Caddyfile'],
  ]) {
    const blocks = [...guide.matchAll(new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))]
    assert.ok(blocks.length > 0, fence)
    const config = lines(await readFile(join(CHECKOUT, EXAMPLE, file ?? ''), 'utf8')).join('\n')
    for (const [, block = ''] of blocks) assert.ok(config.includes(lines(block).join('\n')), block)
  }
})
