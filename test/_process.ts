/** oauthd as a process: run to its end, or served until it is stopped. Nothing here waits by the clock. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const CHECKOUT: string = fileURLToPath(new URL('..', import.meta.url))
export const LAUNCHER: string = join(CHECKOUT, 'bin/oauthd.js')

/** The programs of the checkout's dev dependencies, its Node 24 among them. */
export const PROGRAMS: string = join(CHECKOUT, 'node_modules/.bin')

export interface ProcessOptions {
  readonly cwd?: string
  /** Added to a clean environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is written to standard input, which is then closed. */
  readonly input?: string
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Settles when the process and its output have ended; never rejects. */
  readonly ended: Promise<Ended>
  /** Sends the signal to the process and all it started, and waits for the end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

/** A server that said it listens. */
export interface Serving extends Running {
  readonly url: string
  readonly issuer: string
  readonly pid: number
}

/** What a developer's shell, npm and the test runner leave in the environment and a child would heed. */
const HEEDED =
  /^(OAUTHD_.*|GITHUB_.*|NODE_(OPTIONS|ENV|TEST_CONTEXT|V8_COVERAGE)|CI|INIT_CWD|NO_COLOR|FORCE_COLOR|DEBUG)$|^npm_(?!config_(registry|cache|(user|global)config|cafile|(https_|no)?proxy)$)/

/** The environment less what changes the behaviour under test, the checkout's programs first on the path. */
export const cleanEnvironment = (): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || HEEDED.test(name) ? [] : [[name, value]],
    ),
  ),
  PATH: [PROGRAMS, outerPath()].join(delimiter),
})

/** The path as it was before npm or a test put programs of a checkout on it: the machine's own Node. */
export const outerPath = (): string =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules|node-gyp-bin/.test(folder))
    .join(delimiter)

const running = new Set<Running>()
process.once('exit', () => {
  for (const { child } of running) signalGroup(child, 'SIGKILL')
})

/** A process of ours leads a group of its own, so that what npm or a shell started ends with it. */
const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // It has ended already.
  }
}

/** Starts a program. */
export const start = (
  program: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Running => {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: 'pipe',
    detached: true,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => {}) // It may end before it has read everything.
  if (options.input !== undefined) child.stdin.end(options.input)
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stdout, stderr: `${stderr}${error}` }))
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    signalGroup(child, signal)
    return ended
  }
  const self = { child, stdout: () => stdout, stderr: () => stderr, ended, stop }
  running.add(self)
  ended.then(() => running.delete(self))
  return self
}

/** Runs a program to its end, by default with nothing on standard input. */
export const run = (
  program: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<Ended> => start(program, args, { input: '', ...options }).ended

/** Runs a command of the checkout's oauthd to its end. */
export const oauthd = (args: readonly string[], options: ProcessOptions = {}): Promise<Ended> =>
  run(process.execPath, [LAUNCHER, ...args], options)

/** Resolves when the process has said on standard output that it listens (contract: `--json`, first line). */
export const listening = (server: Running): Promise<Serving> =>
  new Promise((resolve, reject) => {
    const { stdout } = server.child
    if (stdout === null) throw new Error('its standard output is not a pipe')
    createInterface(stdout).once('line', (line) => {
      try {
        const { event, url, issuer, pid } = JSON.parse(line) as Record<string, unknown>
        if (event !== 'listening') throw new Error(`event is ${event}`)
        resolve({ ...server, url: String(url), issuer: String(issuer), pid: Number(pid) })
      } catch (cause) {
        reject(new Error(`the first line of serve --json is ${line}`, { cause }))
      }
    })
    server.ended.then(({ code, signal, stderr }) =>
      reject(new Error(`serve ended with ${code ?? signal} before it listened: ${stderr}`)),
    )
  })

/** Serves on a free port, in the folder given, until it is stopped. */
export const serve = (args: readonly string[] = [], options: ProcessOptions = {}): Promise<Serving> =>
  listening(start(process.execPath, [LAUNCHER, 'serve', '--port', '0', '--json', ...args], options))

/** A new folder; `remove` takes it away with all that is in it. */
export const temporaryFolder = async (): Promise<{ path: string; remove: () => Promise<void> }> => {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'oauthd-')))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** What a fresh clone of the project would hold and these tests need. */
const CLONED = [
  'bin',
  'src',
  'examples',
  'package.json',
  'schema.sql',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
  'LICENSE',
]

/** Copies the checkout to a folder as after `npm ci`; the dependencies are a link to ours. */
export const copyCheckout = async (to: string): Promise<void> => {
  const there = CLONED.filter((name) => existsSync(join(CHECKOUT, name)))
  await Promise.all(there.map((name) => cp(join(CHECKOUT, name), join(to, name), { recursive: true })))
  await symlink(join(CHECKOUT, 'node_modules'), join(to, 'node_modules'))
}
