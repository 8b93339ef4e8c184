import type { Server } from 'node:http'

/** Listens on a free port of loopback, says where as `oauthd serve --json` does, ends on SIGTERM. */
export const announce = (server: Server): void => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    console.log(JSON.stringify({ event: 'listening', url: `http://127.0.0.1:${address.port}` }))
  })
  process.once('SIGTERM', () => process.exit(0))
}
