/** The tarball, packed from a clone, and installed into a folder of somebody's. */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyCheckout, run, temporaryFolder } from '../_process.ts'

export interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

export interface Installed {
  /** All of it; the other paths are in there. */
  readonly folder: string
  readonly packed: Packed
  readonly tarball: string
  /** A folder that held nothing before the tarball was installed there. */
  readonly installed: string
  remove(): Promise<void>
}

/** What a program prints, which must succeed. */
export const must = async (program: string, args: readonly string[], cwd: string): Promise<string> => {
  const { code, stdout, stderr } = await run(program, args, { cwd })
  assert.equal(code, 0, `${program} ${args.join(' ')}\n${stderr}${stdout}`)
  return stdout
}

export const installPacked = async (): Promise<Installed> => {
  const { path: folder, remove } = await temporaryFolder()
  const clone = join(folder, 'clone')
  const installed = join(folder, 'installed')
  await mkdir(clone)
  await mkdir(installed)
  await copyCheckout(clone)
  // `prepare` builds dist/; what it prints stands before the JSON.
  const printed = await must('npm', ['pack', '--json', '--pack-destination', folder], clone)
  const [packed] = JSON.parse(printed.slice(printed.search(/^\[/m))) as readonly Packed[]
  assert.ok(packed)
  const tarball = join(folder, packed.filename)
  await writeFile(join(installed, 'package.json'), '{ "private": true, "type": "module" }\n')
  await must('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], installed)
  return { folder, packed, tarball, installed, remove }
}
