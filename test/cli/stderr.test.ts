/** A standard error that cannot be written changes nothing but what is heard. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../_process.ts'
import { bytesOf, wireTo } from '../http/_wire.ts'
import { type Broken, startBroken } from './_broken.ts'

const folder = async (t: TestContext): Promise<string> => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  return path
}

/** A server with such a standard error, and where it listens. */
const serving = async (t: TestContext, stderr: Broken) => {
  const started = startBroken(t, ['serve', '--port', '0', '--json'], await folder(t), { stderr })
  const { stdout } = started.child
  assert.ok(stdout)
  const [line] = (await once(stdout, 'data')) as [string]
  return { ...started, url: String((JSON.parse(line) as { url: unknown }).url) }
}

for (const stderr of ['failing', 'gone'] as const) {
  test(`contract, serve: a standard error that is ${stderr} does not end it`, async (t) => {
    const { child, ended, url } = await serving(t, stderr)
    for (let count = 0; count < 3; count += 1) assert.equal((await fetch(`${url}/healthz`)).status, 200)
    child.kill('SIGTERM')
    assert.equal((await ended).code, 0)
  })

  test(`contract, exit codes: they are the same with a standard error that is ${stderr}`, async (t) => {
    const { code, stdout } = await startBroken(t, ['client:lst'], await folder(t), { stderr }).ended
    assert.deepEqual([code, stdout], [2, ''])
  })
}

test('contract, serve: a standard error that nobody reads neither stalls it nor keeps it from ending', async (t) => {
  const { child, ended, url } = await serving(t, 'unread')
  const wire = wireTo(Number(new URL(url).port))
  const asked = bytesOf('GET', '/healthz', { connection: 'keep-alive' }).repeat(49)
  // Some 800 kB of log: more than a pipe and this process's own buffer take.
  for (let count = 0; count < 100; count += 1) {
    assert.equal((await wire.send(asked, bytesOf('GET', '/healthz', {}))).length, 50)
  }
  child.kill('SIGTERM')
  assert.equal((await ended).code, 0)
})
