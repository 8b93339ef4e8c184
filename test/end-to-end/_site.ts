/** A running oauthd on a file of its own, and what a test does to it from outside. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { createClient } from '../../src/clients.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer } from '../../src/server.ts'
import { type Serving, serve, temporaryFolder } from '../_process.ts'

export interface Credentials {
  readonly client_id: string
  readonly client_secret: string
}

export interface Site {
  readonly db: string
  /** Starts a process on the file; stopped with the site when it still runs. */
  serve(...args: readonly string[]): Promise<Serving>
  /** Registers a client for client_credentials with scope `a b`, or what `given` says instead. */
  client(given?: GivenMetadata): Promise<Credentials>
  close(): Promise<void>
}

export const openSite = async (): Promise<Site> => {
  const folder = await temporaryFolder()
  const db = join(folder.path, 'oauthd.db')
  const running: Serving[] = []
  return {
    db,
    async serve(...args) {
      const serving = await serve(['--db', db, ...args], { cwd: folder.path })
      running.push(serving)
      return serving
    },
    async client(given = {}) {
      const settings = completeSettings({})
      const server = await openServer({ db, mode: 'create', settings })
      const made = await createClient(server, {
        client_name: 'Machine',
        grant_types: ['client_credentials'],
        scope: 'a b',
        ...given,
      })
      await server.close()
      assert.ok(made)
      return { client_id: made.client_id, client_secret: made.client_secret ?? '' }
    },
    async close() {
      await Promise.all(running.map(({ stop }) => stop('SIGKILL')))
      await folder.remove()
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Asks over connections that are kept, as many as there are questions at once. */
export const connections = (url: string): { post: Post; close(): void } => {
  const agent = new Agent({ keepAlive: true })
  return {
    post: (path, form) =>
      new Promise((resolve, reject) => {
        const body = new URLSearchParams(form).toString()
        const headers = {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        }
        const asked = request(new URL(path, url), { agent, method: 'POST', headers }, (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => (text += chunk))
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
          answer.on('error', reject)
        })
        asked.on('error', reject)
        asked.end(body)
      }),
    close: () => agent.destroy(),
  }
}

export type Post = (path: string, form: Readonly<Record<string, string>>) => Promise<Answer>

/** The access token of an answer, which must be one. */
export const tokenOf = ({ status, text }: Answer): string => {
  assert.equal(status, 200, text)
  const { access_token } = JSON.parse(text) as { access_token?: unknown }
  assert.ok(typeof access_token === 'string')
  return access_token
}

/** Whether each token introspects active, `at_once` of them asked about at a time. */
export const activeOf = async (
  post: Post,
  caller: Credentials,
  tokens: readonly string[],
  at_once = 32,
): Promise<readonly boolean[]> => {
  const active: boolean[] = []
  for (let from = 0; from < tokens.length; from += at_once) {
    const answers = await Promise.all(
      tokens.slice(from, from + at_once).map((token) => post('/oauth/introspect', { token, ...caller })),
    )
    active.push(...answers.map(({ text }) => (JSON.parse(text) as { active: boolean }).active))
  }
  return active
}

/** The lines of the log that hold these words, as soon as there is one: the log comes behind the answer. */
export const linesWith = async (serving: Serving, words: string): Promise<readonly string[]> => {
  const { stderr } = serving.child
  assert.ok(stderr)
  const over = serving.ended.then(({ code, signal }) => {
    throw new Error(`it ended with ${code ?? signal} and without this line`)
  })
  over.catch(() => {})
  while (!serving.stderr().includes(words)) await Promise.race([once(stderr, 'data'), over])
  return serving
    .stderr()
    .split('\n')
    .filter((line) => line.includes(words))
}
