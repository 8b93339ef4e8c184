import { ipBytes, isWithin, readNetwork } from './ip.ts'

/**
 * Which addresses no request of a stranger's choosing may reach (CM-06): the special ranges of RFC 6890 and its
 * registries, whatever leads to IPv4 in the clothes of IPv6, and where clouds answer to their own machines.
 */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private use
  '100.64.0.0/10', // shared by a carrier; a cloud's metadata
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // a cloud's metadata
  '169.254.0.0/16', // link-local; most clouds' metadata
  '172.16.0.0/12', // private use
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private use
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
].map(readNetwork)

/** RFC 4291 section 2.4: global unicast. Mapped, NAT64, unique local, link-local and multicast are outside of it. */
const GLOBAL_IPV6 = readNetwork('2000::/3')

const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: holds an IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
].map(readNetwork)

const LOOPBACK = ['127.0.0.0/8', '::1'].map(readNetwork)

/** Whether nobody may be sent there; what is no address at all is special too. */
export const isSpecialAddress = (address: string): boolean => {
  const bytes = ipBytes(address)
  if (bytes === undefined) return true
  if (bytes.length === 16 && !isWithin(GLOBAL_IPV6, bytes)) return true
  // IPv4 in the clothes of IPv6: no name server of good will gives it.
  if (isMapped(address)) return true
  return [...SPECIAL_IPV4, ...SPECIAL_IPV6].some((network) => isWithin(network, bytes))
}

/** 127.0.0.0/8 and ::1, which a server on a loopback issuer may ask (HTTP-16). */
export const isLoopbackAddress = (address: string): boolean => {
  const bytes = ipBytes(address)
  return bytes !== undefined && !isMapped(address) && LOOPBACK.some((network) => isWithin(network, bytes))
}

const isMapped = (address: string): boolean => address.includes(':') && ipBytes(address)?.length === 4
