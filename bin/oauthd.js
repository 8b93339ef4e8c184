#!/usr/bin/env node
// The only JavaScript here. It judges the Node before anything native is loaded (better-sqlite3 crashes
// an older one), then runs src/ in a checkout and dist/ when installed, where there is no src/.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major, minor, patch] = process.versions.node.split('.').map((part) => Number.parseInt(part, 10))
const fits =
  major >= 26 ||
  (major === 24 && minor >= 15) ||
  (major === 22 && (minor > 22 || (minor === 22 && patch >= 2)))

if (fits) {
  const source = new URL('../src/cli/main.ts', import.meta.url)
  const isCheckout = existsSync(source)
  if (isCheckout) {
    // Stripping the types of every file at every start takes longer than most commands.
    const { enableCompileCache } = await import('node:module')
    enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/oauthd', import.meta.url)))
  }
  const { main } = await import(isCheckout ? source : new URL('../dist/cli/main.js', import.meta.url))
  process.exitCode = await main(process.argv.slice(2))
} else {
  console.error(`oauthd needs Node 22.22.2, 24.15 or 26 and later; this is ${process.versions.node}`)
  process.exitCode = 1
}
