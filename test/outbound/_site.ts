/** Somebody else's site, which answers what a test wants, and counts who came. */
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import type { TestContext } from 'node:test'
import type { Lookup } from '../../src/outbound/name-servers.ts'

export interface OtherSite {
  readonly port: number
  /** On loopback. */
  readonly url: string
  /** The paths that were asked for. */
  readonly asked: string[]
}

export const otherSite = async (t: TestContext, answer: RequestListener): Promise<OtherSite> => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://localhost:${port}`, asked }
}

/** A port that takes connections and says nothing; gives the first bytes that come. */
export const listeningPort = async (
  t: TestContext,
): Promise<{
  readonly port: number
  readonly connections: () => number
  readonly first: Promise<Buffer>
}> => {
  let connections = 0
  const first = Promise.withResolvers<Buffer>()
  const server = createTcp((socket) => {
    connections += 1
    socket.on('error', () => socket.destroy())
    socket.once('data', (bytes) => {
      first.resolve(bytes)
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    first: first.promise,
  }
}

/** A site that answers these bytes: `again` once and its end, or without end until who asked has left. */
export const floodingSite = async (
  t: TestContext,
  head: string,
  again: string,
  isOnce = false,
): Promise<{ readonly url: string; readonly left: Promise<void> }> => {
  const left = Promise.withResolvers<void>()
  const server = createTcp((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => left.resolve())
    socket.once('data', () => {
      socket.write(head)
      if (isOnce) socket.end(again)
      else more()
    })
    const more = (error?: Error | null): unknown => error ?? socket.write(again, more)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, left: left.promise }
}

/** A name server that answers each question with the next of these; the last one again and again. */
export const nameServer = (
  ...answers: readonly (readonly string[])[]
): { readonly lookup: Lookup; readonly asked: string[] } => {
  const asked: string[] = []
  return {
    asked,
    lookup: async (host) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
      asked.push(host)
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
  }
}
