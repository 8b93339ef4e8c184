import { addressGroup, isShared } from '../protocol/address.ts'
import { forwardedFor } from '../protocol/forwarded.ts'
import { ipBytes, isWithin, type Network, readNetwork } from '../protocol/ip.ts'
import type { Server } from '../server.ts'
import type { BackChannel } from './answer.ts'

type Settled = Pick<Server, 'settings'>
type Asked = Pick<BackChannel, 'request'>

/**
 * Whom tries from here are counted against, and what the log tells: whence the request comes as a trusted
 * proxy says, else the other end of the socket, as srvx tells it. Nothing else follows from X-Forwarded-For
 * (RL-03, HTTP-15). `undefined` where a host hands over a request without a socket.
 */
export const addressOf = (server: Settled, exchange: Asked): string | undefined => {
  const address = whence(server, exchange)
  return address === undefined ? undefined : addressGroup(address)
}

/**
 * Whether everybody who comes from here may be limited together. Not where it may be a proxy that nobody has
 * named, or is one of those named: anybody could use up what is everybody's behind it (RL-02).
 */
export const isOnes = (server: Settled, exchange: Asked): boolean => {
  const address = whence(server, exchange)
  if (address === undefined) return false
  const hasProxies = server.settings.trust_proxy.length > 0
  return hasProxies ? !isTrustedProxy(server, address) : !isShared(addressGroup(address))
}

const whence = (server: Settled, { request }: Asked): string | undefined => {
  const peer = peerOf({ request })
  if (peer === undefined || server.settings.trust_proxy.length === 0) return peer
  const forwarded = request.headers.get('x-forwarded-for')
  return forwardedFor(peer, forwarded, (address) => isTrustedProxy(server, address))
}

/** The other end of the socket. */
export const peerOf = ({ request }: Asked): string | undefined =>
  'ip' in request && typeof request.ip === 'string' && request.ip !== '' ? request.ip : undefined

/** Whether an address is one of `trust_proxy`. */
export const isTrustedProxy = ({ settings }: Settled, address: string): boolean => {
  const bytes = ipBytes(address)
  return bytes !== undefined && networksOf(settings.trust_proxy).some((network) => isWithin(network, bytes))
}

/** Read once a server. */
const known = new WeakMap<readonly string[], readonly Network[]>()

const networksOf = (trust_proxy: readonly string[]): readonly Network[] => {
  const networks = known.get(trust_proxy) ?? trust_proxy.map(readNetwork)
  known.set(trust_proxy, networks)
  return networks
}
