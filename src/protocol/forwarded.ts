import { ipBytes } from './ip.ts'

/**
 * Whence a request comes: the other end of its socket, or what a chain of trusted proxies says of it. Read
 * from the right, as each appends whom it was asked by; what stands left of the first that is not trusted
 * is anybody's to write (RL-03).
 */
export const forwardedFor = (
  peer: string,
  header: string | null,
  isTrusted: (address: string) => boolean,
): string => {
  let address = peer
  for (const hop of (header ?? '').split(',').reverse()) {
    const before = isTrusted(address) ? hopAddress(hop) : undefined
    if (before === undefined) return address
    address = before
  }
  return address
}

/** Some write a port behind the address, which needs brackets where it is IPv6. */
const hopAddress = (hop: string): string | undefined => {
  const text = hop.trim()
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return ipBytes(bare) === undefined ? undefined : bare
}
