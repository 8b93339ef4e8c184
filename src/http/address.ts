import { addressGroup } from '../protocol/address.ts'
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
export const addressOf = (server: Settled, { request }: Asked): string | undefined => {
  const peer = peerOf({ request })
  if (peer === undefined) return undefined
  if (server.settings.trust_proxy.length === 0) return addressGroup(peer)
  const forwarded = request.headers.get('x-forwarded-for')
  return addressGroup(forwardedFor(peer, forwarded, (address) => isTrustedProxy(server, address)))
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
