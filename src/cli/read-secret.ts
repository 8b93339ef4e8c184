/**
 * Secrets and tokens from where they belong: stdin (`-`), not an argument that `ps` shows. One
 * trailing newline is cut, because editors and echo put one there.
 */
import { readFile } from 'node:fs/promises'
import type { Asker } from './ask.ts'
import { failed, misused } from './failure.ts'

/** Longer than any secret or token; what is longer was not meant. */
const MOST_BYTES = 65_536

export interface SecretSource {
  /** What it is, for the prompt and for errors: `token`. */
  readonly what: string
  readonly ask: Asker
}

/** The words on stdin; on a terminal they are asked for, not echoed, so that `-` never seems to hang. */
export const readSecretFromStdin = async ({ what, ask }: SecretSource): Promise<string> => {
  if (process.stdin.isTTY) {
    // --json, --env, -q and --no-input never ask; waiting without a word would seem to hang.
    if (!ask.interactive) throw misused(`the ${what} is expected on stdin`, 'pipe it in, or end with < FILE')
    return ask.secret({
      flag: `the ${what} on stdin`,
      message: `${what.charAt(0).toUpperCase()}${what.slice(1)}:`,
    })
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of process.stdin) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw misused(`the ${what} on stdin is longer than ${MOST_BYTES} bytes`)
  }
  return decode(Buffer.concat(chunks), `the ${what} on stdin`)
}

/** The words in a file. @throws {Failure} exit 1 when it cannot be read */
export const readSecretFromFile = async (file: string, what: string): Promise<string> => {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw failed('file_unreadable', `the ${what} cannot be read from ${file}`, 'name another file', error)
  }
  if (bytes.length > MOST_BYTES) throw misused(`the ${what} in ${file} is longer than ${MOST_BYTES} bytes`)
  return decode(bytes, `the ${what} in ${file}`)
}

/** `-` is stdin, anything else is the word itself. */
export const readSecretOperand = async (operand: string, source: SecretSource): Promise<string> =>
  operand === '-' ? readSecretFromStdin(source) : operand

const decode = (bytes: Uint8Array, name: string): string => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw misused(`${name} is not UTF-8 text`)
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '') throw misused(`${name} is empty`)
  return secret
}
