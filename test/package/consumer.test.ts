/** What somebody finds who installs the tarball: each import, run and type-checked, in both resolutions. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { cp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CHECKOUT, PROGRAMS, run } from '../_process.ts'
import { type Installed, installPacked, must } from './_installed.ts'

let project: Installed
/** Frameworks that an app has and oauthd does not bring; express comes without types. */
const BROUGHT = ['express', 'fastify', 'hono']

/** As @types/express has it: a request is an `Express.Request`, which middleware adds to. */
const EXPRESS = `declare module 'express' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
  interface Request extends IncomingMessage, Express.Request {}
  type Handler = (req: Request, res: ServerResponse, next: (error?: unknown) => void) => void
  interface Application extends RequestListener { get(path: string, ...handlers: Handler[]): void }
  export default function express(): Application
}`

before(async () => {
  project = await installPacked()
  const { installed } = project
  for (const name of BROUGHT) {
    await symlink(join(CHECKOUT, 'node_modules', name), join(installed, 'node_modules', name))
  }
  await cp(join(CHECKOUT, 'test/package/consumer'), installed, { recursive: true })
  await writeFile(join(installed, 'untyped.d.ts'), EXPRESS)
})
after(() => project.remove())

const { exports }: { exports: object } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'))
/** Each import has a program of its name here: an export without one is a program that is missing. */
const IMPORTS = Object.keys(exports).filter((path) => path !== './package.json')
const programOf = (path: string): string => (path === '.' ? 'index.ts' : `${path.slice(2)}.ts`)

for (const path of IMPORTS) {
  test(`contract, library: ${join('oauthd', path)} of the installed package runs`, async () => {
    const printed = '401 Bearer realm="oauthd", scope="a"\n200 ana\n'
    assert.equal(await must('node', [programOf(path)], project.installed), printed)
  })
}

test('contract, running it: the installed package lets its package.json be read', async () => {
  const read = "import info from 'oauthd/package.json' with { type: 'json' }; console.log(info.name)"
  const args = ['--input-type=module', '--eval', read]
  assert.equal(await must(process.execPath, args, project.installed), 'oauthd\n')
})

const RESOLUTIONS = {
  nodenext: ['--module', 'nodenext'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler'],
}
const STRICT = [
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noEmit',
  '--target',
  'es2024',
  '--pretty',
  'false',
]
const NODE = [
  '--allowImportingTsExtensions',
  '--types',
  'node',
  '--typeRoots',
  join(CHECKOUT, 'node_modules/@types'),
]

const MISUSE = [
  "import { requireAnyScope } from 'oauthd/h3'",
  "import { requireScope as ofExpress } from 'oauthd/express'",
  "import { requireScope as ofFastify } from 'oauthd/fastify'",
  "import { requireToken } from 'oauthd/hono'",
  "import { requireScope } from 'oauthd/web'",
  "import { tokens } from './verifier.ts'",
  "requireAnyScope(tokens, 'a')",
  "ofExpress(tokens, ['a'])",
  "ofFastify({}, 'a')",
  "requireToken(tokens, { resources: 'https://api.example' })",
  "const { principal } = await requireScope(tokens, 'a')(new Request('https://api.example'))",
  "principal.can('a')",
  "import { createOAuthServer } from 'oauthd'",
  "import { createVerifier } from 'oauthd/verify'",
  'createOAuthServer({ access_token_ttl: [] })',
  "createVerifier({ database: 'oauthd.db' })",
]

for (const [resolution, flags] of Object.entries(RESOLUTIONS)) {
  test(`contract, middleware: the types of every import hold by moduleResolution ${resolution}, and misuse is an error`, async () => {
    const { installed } = project
    await writeFile(join(installed, 'misuse.ts'), MISUSE.join('\n'))
    const files = [...IMPORTS.map(programOf), 'misuse.ts']
    const args = [...STRICT, ...NODE, ...flags, ...files, 'untyped.d.ts']
    const { stdout } = await run(join(PROGRAMS, 'tsc'), args, { cwd: installed })
    // What the declarations of a framework lack is the framework's.
    const errors = [
      ...stdout.matchAll(/^(?!node_modules\/(?!oauthd\/))(\S+)\((\d+),\d+\): error (TS\d+)/gm),
    ].map(([, ...parts]) => parts)
    assert.deepEqual(
      errors,
      [
        ['misuse.ts', '7', 'TS2345'],
        ['misuse.ts', '8', 'TS2345'],
        ['misuse.ts', '9', 'TS2741'],
        ['misuse.ts', '10', 'TS2561'],
        ['misuse.ts', '12', 'TS18048'],
        ['misuse.ts', '15', 'TS2322'],
        ['misuse.ts', '16', 'TS2353'],
      ],
      stdout,
    )
  })
}
