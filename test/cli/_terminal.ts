/** A program in a real pseudo-terminal: what it shows, what is typed, how it ends. */
import type { TestContext } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { cleanEnvironment, type ProcessOptions } from '../_process.ts'

export interface Terminal {
  /** Resolves with all that was shown, less its colours, once it holds `pattern`; rejects when the program ends before. */
  readonly shows: (pattern: RegExp) => Promise<string>
  readonly type: (keys: string) => void
  readonly ended: Promise<{ readonly code: number; readonly signal: number; readonly shown: string }>
}

export const ENTER = '\r'
export const CTRL_C = '\u0003'
export const CTRL_D = '\u0004'

/** Starts a program; it is ended with the test, whatever comes of that. */
export const terminal = (
  t: TestContext,
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Terminal => {
  const env = { ...cleanEnvironment(), TERM: 'xterm-256color', ...options.env }
  const pty = spawn(program, [...args], { cols: 100, rows: 30, env, cwd: options.cwd ?? process.cwd() })
  t.after(() => over || pty.kill('SIGKILL'))
  let raw = ''
  let shown = ''
  let over = false
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const check of [...waiting]) check()
  }
  pty.onData((text) => {
    raw += text
    shown = stripVTControlCharacters(raw)
    look()
  })
  const ended = new Promise<{ code: number; signal: number; shown: string }>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      over = true
      look()
      resolve({ code: exitCode, signal: signal ?? 0, shown })
    })
  })
  const shows = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!pattern.test(shown) && !over) return
        waiting.delete(check)
        if (pattern.test(shown)) resolve(shown)
        else reject(new Error(`ended without showing ${pattern}: ${shown}`))
      }
      waiting.add(check)
      check()
    })
  return { shows, type: (keys) => pty.write(keys), ended }
}
