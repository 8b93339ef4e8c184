/** What a peer's server file starts from: the folder it is installed in, and the one client it knows. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Credentials } from '../request.ts'

export const PEER_CLIENT: Credentials = {
  client_id: 'bench',
  client_secret: 'a-secret-of-the-benchmark-only',
}

export const PEER_SCOPES: readonly string[] = ['orders:read', 'orders:write']

/** Imports a package from the folder that is the first argument. What it is, the caller must know. */
export const installed = async <T>(name: string): Promise<T> => {
  const require = createRequire(join(process.argv[2] ?? '', 'package.json'))
  return (await import(pathToFileURL(require.resolve(name)).href)) as T
}

/** What is used of express. */
export interface Express {
  default: { (): App; urlencoded(options: { extended: boolean }): unknown }
}

export interface App {
  use(middleware: unknown): void
  post(path: string, handler: (request: Request, response: Response) => Promise<void>): void
  (request: unknown, response: unknown): void
}

export interface Request {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Readonly<Record<string, string>>
}

export interface Response {
  set(headers: object): Response
  status(status: number): Response
  json(body: unknown): void
}

/** An app that reads forms and answers an error of the peer as 500, so that the bench sees it. */
export const formApp = async (
  routes: Readonly<Record<string, (request: Request, response: Response) => Promise<void>>>,
): Promise<App> => {
  const { default: express } = await installed<Express>('express')
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  for (const [path, handler] of Object.entries(routes)) app.post(path, handler)
  return app
}
