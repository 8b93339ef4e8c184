/** A clone as after `npm ci`, and documents whose shell blocks are run in it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { CHECKOUT, copyCheckout, outerPath, PROGRAMS, run, temporaryFolder } from '../_process.ts'
import {
  differences,
  inBackground,
  openShell,
  type Shell,
  type Step,
  stepsOf,
  withKnown,
} from '../_readme.ts'

export interface Clone {
  readonly path: string
  /** Runs the blocks of a document, with free ports for 6749 and 3000, and tells the address of its app. */
  runDocument(t: TestContext, name: string): Promise<string>
  remove(): Promise<void>
}

interface Ports {
  readonly server: number
  readonly app: number
}

/** Ports that were free a moment ago. */
const freePorts = async (): Promise<Ports> => {
  const [one, other] = [createServer().listen(0), createServer().listen(0)]
  await Promise.all([once(one, 'listening'), once(other, 'listening')])
  const portOf = (server: typeof one): number => {
    const address = server.address()
    server.close()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  return { server: portOf(one), app: portOf(other) }
}

/** Whatever it answers, it is there. */
const isThere = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  )

/** Asked again whenever somebody has said something; a job that ends says so, and nobody waits for it. */
const untilThere = async (url: string, shell: Shell): Promise<void> => {
  for (;;) {
    const more = shell.saysMore()
    more.catch(() => {})
    assert.doesNotMatch(shell.said(), /it has ended/)
    if (await isThere(url)) return
    await more
  }
}

const SERVER = /\boauthd serve\b/
const APP = /\bapp\.ts\b|\bapi\.ts\b/

/** Jobs go to the background one by one, and the line before them stays where it is. */
const inTheBackground = (command: string): string => {
  const [, before = '', job] = /^([\s\S]*\n)?([^\n]*) >&2 &$/.exec(inBackground(command)) ?? []
  return job === undefined ? command : `${before}{ ${job} || true; echo it has ended; } >&2 &`
}

/** Copies the checkout and builds it, so that `oauthd` is what it is to somebody who installed it. */
export const openClone = async (): Promise<Clone> => {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'oauthd')
  await copyCheckout(path)
  const built = await run(join(PROGRAMS, 'tsc'), ['-p', 'tsconfig.build.json'], { cwd: path })
  assert.equal(built.code, 0, built.stdout)
  return {
    path,
    remove: () => folder.remove(),
    async runDocument(t, name) {
      const ports = await freePorts()
      const shell = openShell(path, {
        PATH: outerPath(),
        OAUTHD_PORT: `${ports.server}`,
        PORT: `${ports.app}`,
        npm_config_cache: join(folder.path, 'npm'),
        npm_config_offline: 'true',
      })
      t.after(() => shell.stop())
      const text = await readFile(join(CHECKOUT, name), 'utf8')
      const steps = stepsOf(text.replaceAll('6749', `${ports.server}`).replaceAll('3000', `${ports.app}`))
      assert.notEqual(steps.length, 0, name)
      await runSteps(steps, shell, ports)
      return `http://127.0.0.1:${ports.app}`
    },
  }
}

const runSteps = async (steps: readonly Step[], shell: Shell, ports: Ports): Promise<void> => {
  const known = new Map<string, string>()
  for (const step of steps) {
    const command = inTheBackground(withKnown(step.command, known))
    const output = await shell.run(command)
    if (SERVER.test(command)) await untilThere(`http://127.0.0.1:${ports.server}/healthz`, shell)
    else if (command.endsWith('&') && APP.test(command)) {
      await untilThere(`http://127.0.0.1:${ports.app}`, shell)
    } else if (step.printed !== undefined) {
      const faults = differences(step.printed, output, known)
      assert.deepEqual(faults, [], `$ ${command}\n${output.stdout}${output.stderr}`)
    }
  }
}
