/** A clone as after `npm ci`, and documents whose shell blocks are run in it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
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
  /**
   * Runs the blocks of a document, with free ports for 6749 and 3000 to 3004, and tells the address of its
   * app, which is at 3000. A block of TypeScript is the file that its first line names.
   */
  runDocument(t: TestContext, name: string): Promise<string>
  remove(): Promise<void>
}

interface Ports {
  readonly server: number
  readonly apps: readonly number[]
}

/** Ports that were free a moment ago: all are taken before one is given back. */
const freePorts = async (): Promise<Ports> => {
  const servers = Array.from({ length: 6 }, () => createServer().listen(0))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [server = 0, ...apps] = servers.map((one) => {
    const address = one.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  for (const one of servers) one.close()
  return { server, apps }
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
const APP = /(?:\bPORT=(\d+) npx |\bnpx )node \S+\.ts\b/

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
        PORT: `${ports.apps[0]}`,
        npm_config_cache: join(folder.path, 'npm'),
        npm_config_offline: 'true',
      })
      t.after(() => shell.stop())
      const text = await readFile(join(CHECKOUT, name), 'utf8')
      const placed = text
        .replaceAll('6749', `${ports.server}`)
        .replace(/\b300([0-4])\b/g, (_, which) => `${ports.apps[Number(which)]}`)
      const steps = stepsOf(placed)
      assert.notEqual(steps.length, 0, name)
      for (const [file, program] of programsOf(placed)) await writeFile(join(path, file), program)
      await runSteps(steps, shell, ports)
      return `http://127.0.0.1:${ports.apps[0]}`
    },
  }
}

const PROGRAM = /^```ts\n(?:\/\/ (\S+\.ts)\n)?([\s\S]*?)^```$/gm

/** The programs of a document; one that has no name would not be run. */
const programsOf = (text: string): readonly (readonly [string, string])[] =>
  [...text.matchAll(PROGRAM)].map(([whole, file, program = '']) => {
    assert.ok(file, `a program without the name of its file: ${whole}`)
    return [file, program]
  })

const runSteps = async (steps: readonly Step[], shell: Shell, ports: Ports): Promise<void> => {
  const known = new Map<string, string>()
  for (const step of steps) {
    const command = inTheBackground(withKnown(step.command, known))
    const output = await shell.run(command)
    if (SERVER.test(command)) await untilThere(`http://127.0.0.1:${ports.server}/healthz`, shell)
    else if (command.endsWith('&') && APP.test(command)) {
      const port = APP.exec(command)?.[1] ?? ports.apps[0]
      await untilThere(`http://127.0.0.1:${port}`, shell)
    } else if (step.printed !== undefined) {
      const faults = differences(step.printed, output, known)
      assert.deepEqual(faults, [], `$ ${command}\n${output.stdout}${output.stderr}`)
    }
  }
}
