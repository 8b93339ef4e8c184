/** A server as a real process: started, waited for, ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A server that has said where it listens. */
export interface Running {
  readonly pid: number
  /** Without a slash at its end. */
  readonly url: string
  /** Asks it to end, and waits until it has. @throws {Error} when it does not end with 0 */
  stop(): Promise<void>
}

const children = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/**
 * Starts a server whose first line on standard output is JSON with its `url`. Its standard error,
 * which is its log, goes to the file named: as shipped, the log is on.
 */
export const startServer = async (command: readonly string[], log: string): Promise<Running> => {
  const [file = '', ...args] = command
  const stderr = openSync(log, 'a')
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', stderr] })
  closeSync(stderr)
  children.add(child)
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', (code) => {
      children.delete(child)
      resolve(code)
    })
  })
  const url = await firstLine(child).then(readUrl)
  if (url === undefined || child.pid === undefined) {
    child.kill()
    await ended
    throw new Error(`${args.join(' ')} did not start: ${readFileSync(log, 'utf8').slice(-2000)}`)
  }
  return {
    pid: child.pid,
    url,
    async stop() {
      child.kill('SIGTERM')
      const code = await ended
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`)
    },
  }
}

/** The lines after the first are read and dropped, so that the server never waits for a full pipe. */
const firstLine = ({ stdout }: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    if (stdout === null) return resolve('')
    const lines = createInterface({ input: stdout })
    lines.on('line', resolve)
    lines.once('close', () => resolve(''))
  })

const readUrl = (line: string): string | undefined => {
  try {
    const { url } = JSON.parse(line) as { url?: unknown }
    return typeof url === 'string' ? url.replace(/\/$/, '') : undefined
  } catch {
    return undefined
  }
}
