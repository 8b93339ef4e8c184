/**
 * listhen, and only here, with every option that would let it do something nobody asked for turned
 * off: it would move to another port, end the process on SIGTERM in the middle of an answer, look at
 * argv and PORT, and print addresses on stdout (docs/decisions/0004-listhen-safe-options.md).
 */
import type { RequestListener } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { listen } from 'listhen'
import { failed } from './failure.ts'
import { secure, type Tls } from './tls.ts'

/** A request that has not come by then, body and all, is refused. Milliseconds; Node's own are five minutes. */
const REQUEST_TIMEOUT = 30_000

export interface Listening {
  readonly server: Awaited<ReturnType<typeof listen>>['server']
  /** The port asked for, or the free one that was found for 0. */
  readonly port: number
  /** Every connection that is open, and brings requests. */
  readonly connections: ReadonlySet<Socket>
  /** Every connection that is still to become one: TLS is being agreed on. */
  readonly handshakes: ReadonlyMap<string, Socket>
}

/**
 * Listens on exactly this address.
 * @throws {Failure} exit 1 when the port is taken, forbidden or not of this machine
 */
export const listenOn = async (
  listener: RequestListener,
  host: string,
  port: number,
  tls?: Tls,
): Promise<Listening> => {
  const crash = Promise.withResolvers<never>()
  // listhen does not hear the error of a port that is taken between its look and its listen.
  process.once('uncaughtException', crash.reject)
  try {
    const listening = listen(listener, {
      hostname: host,
      port: exactly(port),
      https: tls !== undefined && { cert: tls.cert, key: tls.key },
      public: !/^(localhost|127\.|::1$)/.test(host),
      isProd: true,
      isTest: false,
      autoClose: false,
      showURL: false,
      clipboard: false,
      open: false,
      qr: false,
    })
    const { server, address } = await Promise.race([listening, crash.promise])
    // http-shutdown's own listener writes to the socket of a request that is gone, and the process ends.
    for (const theirs of server.listeners('request').slice(1))
      server.off('request', theirs as RequestListener)
    server.requestTimeout = REQUEST_TIMEOUT
    if (tls !== undefined) secure(server, tls)
    if (port === 0 || address.port === port) {
      return { server, port: address.port, ...connectionsOf(server, tls !== undefined) }
    }
    server.close()
  } catch (cause) {
    throw await whyNot(host, port, cause)
  } finally {
    process.off('uncaughtException', crash.reject)
  }
  // listhen passes over the ports that browsers refuse to open, and would take 3000.
  throw failed('port_unusable', `port ${port} is one that browsers refuse`, 'use another --port')
}

const connectionsOf = (
  server: Listening['server'],
  isSecure: boolean,
): Pick<Listening, 'connections' | 'handshakes'> => {
  const connections = new Set<Socket>()
  const handshakes = new Map<string, Socket>()
  server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
    handshakes.delete(farEnd(socket))
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  if (!isSecure) return { connections, handshakes }
  server.on('connection', (socket: Socket) => {
    const end = farEnd(socket)
    handshakes.set(end, socket)
    socket.once('close', () => handshakes.delete(end))
  })
  return { connections, handshakes }
}

/** What a connection and the TLS over it have in common. */
const farEnd = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

/** A number alone would be tried, and another port taken when it is not free. 0 takes a free one. */
const exactly = (port: number): PortChoice => {
  if (port === 0) return { port, random: true, verbose: false }
  // Without a range of its own it would look for a free one from 3000 on.
  return { port, random: false, verbose: false, portRange: [port, port], alternativePortRange: [port, port] }
}

interface PortChoice {
  readonly port: number
  readonly random: boolean
  readonly verbose: false
  portRange?: [fromInclusive: number, toInclusive: number]
  alternativePortRange?: [fromInclusive: number, toInclusive: number]
}

/** What keeps us from listening, asked of the system itself: listhen only says that it failed. */
const whyNot = async (host: string, port: number, cause: unknown): Promise<Error> => {
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen({ host, port }, () => probe.close(() => resolve(undefined)))
  })
  if (error?.code === 'EACCES') {
    return failed('port_forbidden', `no right to listen on port ${port}`, 'use a --port above 1023', cause)
  }
  if (error !== undefined && error.code !== 'EADDRINUSE') {
    const notOurs = error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
    const what = notOurs
      ? `${host} is not an address of this machine`
      : `cannot listen on ${host} (${error.code})`
    return failed('address_unusable', what, 'use --host 127.0.0.1', cause)
  }
  const next = port + 1
  const hint = `another oauthd? stop it, or use --port ${next} --issuer http://localhost:${next}`
  return failed('port_in_use', `port ${port} on ${host} is in use`, hint, cause)
}
