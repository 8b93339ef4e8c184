/** The workflow of examples/github-actions: its steps, run as a runner runs them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { CHECKOUT, copyCheckout, type Running, start, temporaryFolder } from '../_process.ts'

interface WorkflowStep {
  readonly name: string
  readonly id: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly run: string
}

/** The steps of a workflow that have a `run`, out of the little YAML that it is written in. */
const stepsOf = (yaml: string): readonly WorkflowStep[] =>
  yaml
    .split(/^ {6}- /m)
    .slice(1)
    .flatMap((text) => {
      const value = (name: string): string | undefined => new RegExp(`^ *${name}: (.+)$`, 'm').exec(text)?.[1]
      const [, style, block = ''] = /^ {8}run: (\||>-)\n((?: {10}.*\n)+)/m.exec(text) ?? []
      const script = block.replace(/^ {10}/gm, '')
      const run = style === '|' ? script : style === '>-' ? script.replaceAll('\n', ' ') : value('run')
      if (run === undefined) return []
      const env = [...text.matchAll(/^ {10}([A-Z_]+): (\$\{\{.*)$/gm)].map(([, name = '', given = '']) => [
        name,
        given,
      ])
      return [{ name: value('name') ?? '', id: value('id'), env: Object.fromEntries(env), run }]
    })

/** `name=value` lines of a step's outputs. */
const outputsOf = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('contract, client:create --github-output: the workflow of the example runs, and no log line shows secret or token unmasked', async (t) => {
  const folder = await temporaryFolder()
  t.after(() => folder.remove())
  const clone = join(folder.path, 'app')
  await copyCheckout(clone)
  const steps = stepsOf(await readFile(join(CHECKOUT, 'examples/github-actions/workflow.yml'), 'utf8'))
  assert.deepEqual(
    steps.map(({ id }) => id),
    [undefined, undefined, 'client', 'token', undefined],
  )
  const outputs = new Map<string, ReadonlyMap<string, string>>()
  const filled = (text: string): string =>
    text.replace(/\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}/g, (_, id: string, name: string) => {
      const value = outputs.get(id)?.get(name)
      assert.ok(value, `${id} has no output ${name}`)
      return value
    })
  const port = `${await freePort()}`
  const runner = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_RUN_ID: '42',
    OAUTHD_NO_INPUT: '1',
    OAUTHD_PORT: port,
  }
  const running: Running[] = []
  t.after(() => Promise.all(running.map((one) => one.stop('SIGKILL'))))
  let log = ''
  for (const [index, { name, id, env, run }] of steps.entries()) {
    if (run === 'npm ci') continue
    const output = join(folder.path, `output-${index}`)
    await writeFile(output, '')
    const given = Object.fromEntries(Object.entries(env).map(([one, value]) => [one, filled(value)]))
    // What a runner calls a script with; the job it leaves behind keeps nothing open.
    const step = start('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
      cwd: clone,
      env: { ...runner, ...given, GITHUB_OUTPUT: output },
      input: '',
    })
    running.push(step)
    const [code] = await once(step.child, 'exit')
    log += step.stdout() + step.stderr()
    assert.equal(code, 0, `${name}\n${step.stdout()}${step.stderr()}`)
    if (id !== undefined) outputs.set(id, outputsOf(await readFile(output, 'utf8')))
  }
  const secrets = [outputs.get('client')?.get('client_secret'), outputs.get('token')?.get('access_token')]
  for (const secret of secrets) {
    assert.ok(secret !== undefined && secret.length > 40)
    const shown = log.split('\n').filter((line) => line.includes(secret))
    assert.deepEqual(shown, [`::add-mask::${secret}`])
  }
})
