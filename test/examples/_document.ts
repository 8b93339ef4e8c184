/** Shell blocks of a document, run in a clone: its ports moved to free ones, its programs waited for. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { CHECKOUT, outerPath } from '../_process.ts'
import { differences, inBackground, openShell, type Shell, stepsOf, withKnown } from '../_readme.ts'

export interface DocumentOptions {
  /** Each port that the document and the files name. */
  readonly ports: readonly number[]
  /** Files of the clone that name them too. */
  readonly files?: readonly string[]
  /** What a job in the background is known by, and the port on which it is there. */
  readonly jobs: readonly (readonly [job: RegExp, port: number])[]
}

export interface Ran {
  readonly shell: Shell
  /** The port that stands in for one of the document's. */
  port(documented: number): number
}

/** For each port one that was free a moment ago: all are taken before one is given back. */
const freePorts = async (ports: readonly number[]): Promise<ReadonlyMap<number, number>> => {
  const taken = await Promise.all(
    ports.map(async (port) => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      return { port, server, free: typeof address === 'object' && address !== null ? address.port : 0 }
    }),
  )
  for (const { server } of taken) server.close()
  return new Map(taken.map(({ port, free }) => [port, free]))
}

/** Whatever it answers, it is there. */
const isThere = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}`, { redirect: 'manual' }).then(
    () => true,
    () => false,
  )

/** Asked again whenever somebody has said something; a job that ends says so. */
const untilThere = async (port: number, shell: Shell): Promise<void> => {
  for (;;) {
    const more = shell.saysMore()
    more.catch(() => {})
    assert.doesNotMatch(shell.said(), /it has ended/, shell.said())
    if (await isThere(port)) return
    await more
  }
}

/** Jobs go to the background one by one, and the lines before them stay where they are. */
const asJob = (command: string): string => {
  const [, before = '', job] = /^([\s\S]*\n)?([^\n]*) >&2 &$/.exec(inBackground(command)) ?? []
  return job === undefined ? command : `${before}{ ${job} || true; echo it has ended; } >&2 &`
}

const FILE = /^```ts (\S+\.ts)\n([\s\S]*?)^```$/gm

/** Writes the blocks fenced as `ts NAME` to those files, then runs the shell blocks, in order. */
export const runDocument = async (
  t: TestContext,
  clone: string,
  name: string,
  { ports, files = [], jobs }: DocumentOptions,
): Promise<Ran> => {
  const moved = await freePorts(ports)
  const port = (documented: number): number => moved.get(documented) ?? documented
  const movedIn = (text: string): string =>
    [...moved].reduce((words, [from, to]) => words.replaceAll(`${from}`, `${to}`), text)
  for (const file of files) {
    await writeFile(join(clone, file), movedIn(await readFile(join(CHECKOUT, file), 'utf8')))
  }
  const text = movedIn(await readFile(join(CHECKOUT, name), 'utf8'))
  for (const [, file = '', code = ''] of text.matchAll(FILE)) await writeFile(join(clone, file), code)
  const shell = openShell(clone, {
    PATH: outerPath(),
    OAUTHD_PORT: `${port(6749)}`,
    PORT: `${port(3000)}`,
    HOME: clone,
    npm_config_cache: join(clone, '.npm'),
    npm_config_offline: 'true',
  })
  t.after(() => shell.stop())
  const steps = stepsOf(text)
  assert.notEqual(steps.length, 0, name)
  const known = new Map<string, string>()
  for (const { command: written, printed } of steps) {
    const command = asJob(withKnown(written, known))
    const output = await shell.run(command)
    const [, waited] = jobs.find(([job]) => command.endsWith('&') && job.test(command)) ?? []
    if (waited !== undefined) await untilThere(port(waited), shell)
    else if (printed !== undefined) {
      const faults = differences(printed, output, known)
      assert.deepEqual(faults, [], `$ ${command}\n${output.stdout}${output.stderr}`)
    }
  }
  return { shell, port }
}
