/**
 * A process of its own that opens a store: `node _child.ts COMMAND FILE …`. It says `ready`, waits
 * for its standard input to close, does the command and prints one line of JSON.
 */
import Database from 'better-sqlite3'
import { type OpenMode, openStore } from '../../src/store/open.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { NOW } from '../_store.ts'
import { put } from './_work.ts'

const [command, file = '', argument = ''] = process.argv.slice(2)

const isMode = (text: string): text is OpenMode => ['create', 'migrate', 'existing'].includes(text)

/** Root may do what a file's mode forbids, so it becomes nobody once everything is loaded. */
const becomeNobody = (): void => {
  if (process.getuid?.() !== 0) return
  new Database(':memory:').close()
  process.setgroups?.([])
  process.setgid?.(65534)
  process.setuid?.(65534)
}

const open = async (): Promise<unknown> => {
  if (!isMode(argument)) throw new TypeError(argument)
  try {
    const store = await openStore(file, { mode: argument, now: NOW })
    await store.close()
    return { created: store.created, applied: store.applied.length }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return { code: error.code, message: error.message }
  }
}

/** Inserts 300 rows named after `argument`, in turns of a few. */
const insert = async (): Promise<unknown> => {
  const store = await openStore(file, { mode: 'existing', now: NOW })
  for (let turn = 0; turn < 60; turn += 1) {
    await Promise.all([0, 1, 2, 3, 4].map((n) => store.write(() => put(`${argument}-${turn}-${n}`))))
  }
  await store.close()
  return { inserted: 300 }
}

process.stdout.write('ready\n')
for await (const _ of process.stdin);
if (command === 'open-as-nobody') becomeNobody()
process.stdout.write(`${JSON.stringify(await (command === 'insert' ? insert() : open()))}\n`)
