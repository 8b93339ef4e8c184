import assert from 'node:assert/strict'
import { readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { listening, PROGRAMS, start } from '../_process.ts'
import { type Installed, installPacked, must } from './_installed.ts'

let project: Installed
before(async () => {
  project = await installPacked()
})
after(() => project.remove())

test('contract, running it: the tarball holds the launcher, dist/, the schema and the licence, and no sources', () => {
  const paths = project.packed.files.map(({ path }) => path)
  for (const path of [
    'bin/oauthd.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'schema.sql',
    'LICENSE',
  ]) {
    assert.ok(paths.includes(path), `${path} is missing`)
  }
  const strange =
    /^(package\.json|schema\.sql|LICENSE|README\.md|bin\/oauthd\.js|dist\/[a-z0-9/-]+\.(d\.ts|js))$/
  assert.deepEqual(
    paths.filter((path) => !strange.test(path)),
    [],
  )
})

test('contract, running it: publint finds nothing to say about the tarball', async () => {
  const output = await must(join(PROGRAMS, 'publint'), ['run', project.tarball, '--strict'], project.folder)
  assert.match(output, /All good!/)
})

test('contract, running it: the installed package runs, with and without a link to its launcher', async () => {
  const { installed, folder } = project
  const { version } = JSON.parse(await readFile(join(installed, 'node_modules/oauthd/package.json'), 'utf8'))
  const linked = join(folder, 'oauthd')
  await symlink(join(installed, 'node_modules/oauthd/bin/oauthd.js'), linked)
  for (const program of [join(installed, 'node_modules/.bin/oauthd'), linked]) {
    assert.ok((await must(program, ['--version'], folder)).startsWith(`oauthd ${version} (node `))
  }
  assert.equal((await stat(join(installed, 'node_modules/oauthd/bin/oauthd.js'))).mode & 0o111, 0o111)
})

test('contract, serve: the installed package serves, on a database of its own making, until SIGTERM', async (t) => {
  const { installed } = project
  const program = join(installed, 'node_modules/.bin/oauthd')
  const server = await listening(start(program, ['serve', '--port', '0', '--json'], { cwd: installed }))
  t.after(() => server.stop('SIGKILL'))
  const health = await fetch(new URL('/healthz', server.url))
  assert.equal(health.status, 200)
  const metadata = await fetch(new URL('/.well-known/oauth-authorization-server', server.url))
  assert.equal(((await metadata.json()) as { issuer: string }).issuer, server.issuer)
  assert.equal((await stat(join(installed, 'oauthd.db'))).mode & 0o777, 0o600)
  const { code, stderr } = await server.stop()
  assert.equal(code, 0, stderr)
})
