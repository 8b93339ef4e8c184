/** Several processes on one file, let go at the same moment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('_child.ts', import.meta.url))

/** Runs one child for each list of arguments, and gives what each printed. */
export const atOnce = async (...lists: readonly (readonly string[])[]): Promise<readonly unknown[]> => {
  const children = await Promise.all(lists.map(start))
  for (const child of children) child.release()
  return await Promise.all(children.map((child) => child.answer))
}

const start = async (list: readonly string[]): Promise<{ release(): void; answer: Promise<unknown> }> => {
  const child = spawn(process.execPath, [CHILD, ...list], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  return { release: () => child.stdin.end(), answer: answerOf(child, lines) }
}

const answerOf = async (child: ChildProcess, lines: AsyncIterator<string>): Promise<unknown> => {
  const line = await lines.next()
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return line.done === true ? { exit: child.exitCode } : JSON.parse(line.value)
}
