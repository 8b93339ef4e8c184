import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHECKOUT, copyCheckout, type Ended, LAUNCHER, outerPath, run, temporaryFolder } from '../_process.ts'

/** Lets a Node say that it is another version. */
const pretending = (version: string): readonly string[] => [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
]

const startedBy = (version: string): Promise<Ended> =>
  run(process.execPath, [...pretending(version), LAUNCHER, '--version'])

const REFUSAL = /^oauthd needs Node 22\.22\.2, 24\.15 or 26 and later; this is \S+\n$/

test('contract, running it: a Node outside the engines gets one line and exit 1', async () => {
  for (const version of ['18.20.8', '20.20.2', '22.22.1', '23.11.1', '24.14.9', '25.9.0']) {
    const { code, stdout, stderr } = await startedBy(version)
    assert.match(stderr, REFUSAL)
    assert.match(stderr, new RegExp(`this is ${version.replaceAll('.', '\\.')}$`, 'm'))
    assert.deepEqual({ version, code, stdout }, { version, code: 1, stdout: '' })
  }
})

test('contract, running it: a Node within the engines runs it, and the engines say the same', async () => {
  for (const version of ['22.22.2', '22.23.0', '24.15.0', '24.21.0', '26.0.0', '28.1.0']) {
    const { code, stdout, stderr } = await startedBy(version)
    assert.deepEqual({ version, code, stderr }, { version, code: 0, stderr: '' })
    assert.match(stdout, /^oauthd \d+\.\d+\.\d+ /)
  }
  const { engines } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'))
  assert.equal(engines.node, '^22.22.2 || ^24.15.0 || >=26')
})

test('contract, running it: the launcher loads nothing native and nothing of ours before it has judged', () => {
  const imports = readFileSync(LAUNCHER, 'utf8').match(/^import .*$/gm) ?? []
  assert.deepEqual(
    imports.filter((line) => !/ from 'node:(fs|url)'$/.test(line)),
    [],
  )
  assert.ok(imports.length > 0)
})

/** The machine's own Node, which npx and a shebang find when nothing is installed. */
const outer = { PATH: outerPath() }
const outerVersion = (await run('node', ['-p', 'process.versions.node'], { env: outer })).stdout.trim()
const outerIsOld = /^(\d|1\d|20|21|23|25)\./.test(outerVersion)

test('contract, running it: the machine’s own old Node gets the line too', {
  skip: !outerIsOld && `its Node is ${outerVersion || 'missing'}`,
}, async () => {
  const { code, stderr } = await run('node', [LAUNCHER, 'serve'], { env: outer })
  assert.match(stderr, REFUSAL)
  assert.equal(code, 1)
})

let folder: Awaited<ReturnType<typeof temporaryFolder>>
before(async () => {
  folder = await temporaryFolder()
  await copyCheckout(folder.path)
})
after(() => folder.remove())

/** As a newcomer has it: an empty npm cache, no network, the machine’s own Node. */
const newcomer = (): Record<string, string> => ({
  ...outer,
  npm_config_cache: join(folder.path, '.npm'),
  npm_config_offline: 'true',
})

test('contract, running it: npx oauthd works in a checkout, offline, whatever the machine’s Node', async () => {
  const { code, stdout } = await run('npx', ['oauthd', '--version'], { cwd: folder.path, env: newcomer() })
  assert.match(stdout, /^oauthd \d+\.\d+\.\d+ \(node (2[46]|[3-9]\d)\./)
  assert.equal(code, 0)
})

test('contract, running it: npm start hands its flags on to serve', async () => {
  const args = ['start', '--', '--port', 'none']
  const { code, stdout, stderr } = await run('npm', args, { cwd: folder.path, env: newcomer() })
  assert.match(stdout, /node .*bin\/oauthd\.js serve --port none/)
  assert.match(stderr, /^error: .*port/m)
  assert.equal(code, 2)
})
