/** The READMEs of the examples resource-*, run as they stand, and the routes that they do not show. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { oauthd } from '../_process.ts'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

const SCOPE = 'invoices.read reports.read'

/** What a command of the clone's oauthd prints, on the database of the example. */
const printed = async (args: readonly string[], input = ''): Promise<string> => {
  const { code, stdout, stderr } = await oauthd(args, { cwd: clone.path, input })
  assert.equal(code, 0, stderr)
  return stdout.trim()
}

for (const framework of ['h3', 'express', 'fastify', 'hono']) {
  test(`contract, middleware: examples/resource-${framework} works as its README says`, async (t) => {
    const { port } = await runDocument(t, clone.path, `examples/resource-${framework}/README.md`, {
      ports: [6749, 3000],
      jobs: [
        [/oauthd serve/, 6749],
        [/app\.ts/, 3000],
      ],
    })
    const resource = `http://localhost:${port(3000)}`
    const grant = ['--grant', 'client_credentials', '--scope', SCOPE]
    const client_id = await printed(['client:create', '--name', 'Reports', ...grant, '-q'])
    const ask = async (path: string, ...flags: string[]): Promise<readonly [number, unknown]> => {
      const of = ['--client', client_id, '--resource', resource, '--bare']
      const token = await printed(['token:create', ...of, ...flags])
      const answer = await fetch(resource + path, { headers: { authorization: `Bearer ${token}` } })
      return [answer.status, await answer.json()]
    }
    assert.deepEqual(await ask('/me'), [200, { client_id, user: null, scopes: SCOPE.split(' ') }])
    assert.deepEqual(await ask('/total', '--scope', 'invoices.read'), [200, { total: 200 }])
    assert.deepEqual(await ask('/total', '--scope', 'reports.read'), [200, { total: 200, count: 2 }])
    const [status, body] = await ask('/invoices', '--scope', 'reports.read')
    assert.deepEqual([status, (body as { error: string }).error], [403, 'insufficient_scope'])
    const name = `ana-${framework}`
    await printed(['user:create', name, '--password-stdin', '--sub', name], 'correct horse')
    assert.deepEqual(await ask('/invoices', '--user', name, '--scope', 'invoices.read'), [200, []])
  })
}
