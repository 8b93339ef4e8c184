/** Other authorization servers, installed outside the repository and measured in the same run. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../child.ts'
import type { Placement } from '../processor.ts'
import { peerSubjects, type Subject } from '../subject.ts'
import { PEER_CLIENT } from './installed.ts'

interface Peer {
  readonly name: string
  readonly file: string
  readonly paths: { readonly token: string; readonly introspect: string }
}

const PATHS = { token: '/token', introspect: '/introspect' }

const PEERS: readonly Peer[] = [
  {
    name: 'oidc-provider',
    file: 'oidc-provider.ts',
    paths: { token: '/token', introspect: '/token/introspection' },
  },
  { name: '@node-oauth/oauth2-server', file: 'node-oauth.ts', paths: PATHS },
  { name: '@jmondi/oauth2-server', file: 'jmondi.ts', paths: PATHS },
]

const PACKAGES = {
  'oidc-provider': '9',
  '@node-oauth/oauth2-server': '5',
  '@jmondi/oauth2-server': '4',
  express: '5',
}

/** Kept for the next run. */
const FOLDER = join(tmpdir(), 'oauthd-bench-peers')

export const startPeers = async (
  place: Placement,
  folder: string,
  tell: (words: string) => void,
): Promise<readonly Subject[]> => {
  install(tell)
  const subjects: Subject[] = []
  for (const { name, file, paths } of PEERS) {
    const script = fileURLToPath(new URL(file, import.meta.url))
    const command = place.server([process.execPath, script, FOLDER])
    const running = await startServer(command, join(folder, `${file}.log`))
    subjects.push(...(await peerSubjects(name, running, PEER_CLIENT, paths)))
  }
  return subjects
}

/** @throws {Error} when npm could not install them */
const install = (tell: (words: string) => void): void => {
  const missing = Object.entries(PACKAGES).filter(
    ([name]) => !existsSync(join(FOLDER, 'node_modules', name, 'package.json')),
  )
  if (missing.length === 0) return
  tell(`installing ${missing.map(([name]) => name).join(', ')} into ${FOLDER}`)
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(
    join(FOLDER, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: PACKAGES }),
  )
  const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm install in ${FOLDER} ended with ${status}`)
}
