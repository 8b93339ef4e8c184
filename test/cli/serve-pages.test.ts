/** `oauthd serve` with `[pages]` in its configuration file. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { serve, temporaryFolder } from '../_process.ts'

test('ux 3.4: serve dresses its pages as [pages] says, and warns of an accent that is hard to read', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const table = 'name = "Example Accounts"\naccent = "#ffe000"\ncss = "mine.css"\nlogo = "logo.svg"\n'
  await writeFile(join(path, 'oauthd.toml'), `[pages]\n${table}`)
  await writeFile(join(path, 'mine.css'), 'h1{letter-spacing:1px}')
  await writeFile(join(path, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  const server = await serve([], { cwd: path })
  t.after(() => server.stop())
  const page = await (await fetch(`${server.url}/oauth/sign-in`)).text()
  assert.match(page, /Sign in to <bdi>Example Accounts<\/bdi>/)
  const style = await (await fetch(server.url + /href="([^"]+\.css)"/.exec(page)?.[1])).text()
  assert.match(style, /--accent:#ffe000;--on-accent:#000000;--link:#1b1c1e[\s\S]*h1\{letter-spacing:1px\}/)
  const logo = await fetch(server.url + /<img src="([^"]+)"/.exec(page)?.[1])
  assert.equal(logo.headers.get('content-type'), 'image/svg+xml')
  assert.match(await logo.text(), /^<svg/)
  const { code, stderr } = await server.stop()
  assert.equal(code, 0)
  assert.match(stderr, /pages\.accent #ffe000 has contrast 1\.\d:1/)
})
