/** oauthd with a standard output or error that cannot be written, or that nobody reads. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { cleanEnvironment, LAUNCHER } from '../_process.ts'

/** `failing`: every write fails; `gone`: its reader has left; `unread`: its reader does not read. */
export type Broken = 'failing' | 'gone' | 'unread'

export interface Streams {
  readonly stdout?: Broken
  readonly stderr?: Broken
}

export interface Started {
  readonly child: ChildProcess
  /** Settles when the process has ended, whoever holds its streams. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

export const startBroken = (
  t: TestContext,
  args: readonly string[],
  cwd: string,
  broken: Streams,
): Started => {
  // A file that is open for reading alone.
  const closed = openSync(LAUNCHER, 'r')
  const of = (how: Broken | undefined): number | 'pipe' => (how === 'failing' ? closed : 'pipe')
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', of(broken.stdout), of(broken.stderr)],
  })
  closeSync(closed)
  t.after(() => child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    const stream: Readable | null = child[name]
    if (broken[name] === 'gone') stream?.destroy()
    if (broken[name] === undefined) stream?.setEncoding('utf8').on('data', (text) => (said[name] += text))
  }
  // Not `close`: it waits for a stream that is never read.
  const ends = ['stdout', 'stderr'] as const
  const read = ends.flatMap((name) =>
    broken[name] === undefined && child[name] ? [once(child[name], 'end')] : [],
  )
  const ended = Promise.all([once(child, 'exit'), ...read]).then(([[code]]) => ({ code, ...said }))
  return { child, ended }
}
