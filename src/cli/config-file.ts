import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Failure, failed } from './failure.ts'

/** Six settings need a thousandth of it; what is longer was not meant. */
const MOST_BYTES = 1024 * 1024

/**
 * The text of a configuration file; `undefined` when there is none.
 * @throws {Failure} exit 1 for what cannot be read, is no regular file (a device never ends), is too long or no text
 */
export const readConfigFile = async (file: string): Promise<string | undefined> => {
  let handle: FileHandle | undefined
  try {
    // Who opens a pipe otherwise waits until somebody writes.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await handle.stat()).isFile()) throw unusable(file, 'is no regular file')
    return decode(await readAll(handle, file), file)
  } catch (error) {
    if (error instanceof Failure) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return undefined
    throw typeof code === 'string' ? unusable(file, 'cannot be read', error) : error
  } finally {
    await handle?.close()
  }
}

/** The size that a file tells is no promise: those of /proc say 0. */
const readAll = async (handle: FileHandle, file: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of handle.createReadStream({ end: MOST_BYTES, autoClose: false })) {
    chunks.push(chunk)
    bytes += chunk.length
  }
  if (bytes > MOST_BYTES) throw unusable(file, 'is longer than 1 MiB')
  return Buffer.concat(chunks)
}

/** What is no UTF-8 would become another text, and a name in it that of another file. */
const decode = (bytes: Uint8Array, file: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unusable(file, 'is not UTF-8 text', error)
  }
}

/** Exit 1. */
export const unusable = (file: string, why: string, cause?: unknown): Failure =>
  failed('config_unreadable', `configuration file ${why}: ${file}`, 'oauthd help config', cause)
