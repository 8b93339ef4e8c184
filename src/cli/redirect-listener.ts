import { createServer, type Server, type ServerResponse } from 'node:http'
import { splitUri } from '../protocol/uri.ts'
import type { Alarm } from '../store/timers.ts'
import { failed } from './failure.ts'

/** How long a person may take. Milliseconds. */
export const PATIENCE = 300_000

export interface Redirect {
  /** As it is sent to the server: the registered one, with the port that is listened on. */
  readonly redirect_uri: string
  /** The address that the browser came back to. @throws {Failure} exit 1 after five minutes */
  readonly answer: Promise<URL>
  close(): void
}

/** What is listened for. */
export interface Listened {
  /** A loopback redirect URI (RFC 8252 section 7.3); its own port counts only as `port`. */
  readonly registered: string
  /** 0 takes a free one. */
  readonly port: number
  /** Only an answer to this very request is taken: anybody on the machine can come here. */
  readonly state: string
  readonly alarm: Alarm
}

/**
 * Listens for the browser on the loopback address of a redirect URI.
 * @throws {Failure} exit 1 when the port is not free
 */
export const listenForRedirect = async (listened: Listened): Promise<Redirect> => {
  const { registered, port, state, alarm } = listened
  const { host = '', path, query } = splitUri(registered)
  const came = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const text = `http://${host}${request.url}`
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (request.method !== 'GET' || url === undefined || url.pathname !== (path === '' ? '/' : path)) {
      return page(response, 404, 'There is nothing here.')
    }
    if (url.searchParams.get('state') !== state) {
      return page(response, 400, 'This is not the sign-in that was started in the terminal.')
    }
    const isError = url.searchParams.has('error')
    page(response, 200, isError ? 'It did not work: the terminal says why.' : 'You can close this page.')
    return came.resolve(url)
  })
  // RFC 8252 section 8.3: the loopback interface and no other; where a name stands for it, by its number.
  const actual = await listen(server, host === '[::1]' ? '::1' : '127.0.0.1', port)
  const stop = alarm(() => {
    came.reject(
      failed(
        'flow_timeout',
        `nobody came back within ${PATIENCE / 60_000} minutes`,
        'run it again; --no-open prints the address to open',
      ),
    )
  }, PATIENCE)
  return {
    redirect_uri: `http://${host}:${actual}${path}${query === undefined ? '' : `?${query}`}`,
    answer: came.promise,
    close() {
      stop()
      server.close()
    },
  }
}

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const hint = 'leave out --port to take a free one'
      reject(failed('port_in_use', `port ${port} on ${host} cannot be listened on`, hint, cause))
    })
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** The address of the page holds the code: it is kept nowhere and told to nobody. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  // The process ends when its last connection does.
  connection: 'close',
} as const

const page = (response: ServerResponse, status: number, words: string): void => {
  response.writeHead(status, HEADERS).end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>oauthd</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body><main><h1>${words}</h1></main></body>
</html>
`)
}
