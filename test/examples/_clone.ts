/** A clone as after `npm ci`, in which documents are run. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { copyCheckout, PROGRAMS, run, temporaryFolder } from '../_process.ts'

export interface Clone {
  readonly path: string
  remove(): Promise<void>
}

/** Copies the checkout and builds it, so that `oauthd` is what it is to somebody who installed it. */
export const openClone = async (): Promise<Clone> => {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'oauthd')
  await copyCheckout(path)
  const built = await run(join(PROGRAMS, 'tsc'), ['-p', 'tsconfig.build.json'], { cwd: path })
  assert.equal(built.code, 0, built.stdout)
  return { path, remove: () => folder.remove() }
}
