/** IP addresses as bytes, and the networks they are in. */

/** All addresses whose first `bits` are those of `bytes`. */
export interface Network {
  readonly bytes: readonly number[]
  readonly bits: number
}

/**
 * The 4 or 16 bytes of an address; `undefined` where the text is none. IPv4 inside IPv6, as a dual-stack
 * socket writes it (RFC 4291 section 2.5.5.2), is IPv4; a zone (RFC 4007) is left out.
 */
export const ipBytes = (text: string): readonly number[] | undefined => {
  if (!text.includes(':')) return v4Bytes(text)
  const bytes = v6Bytes(text.replace(/%[\w.-]+$/, ''))
  const isMapped = bytes?.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  return isMapped ? bytes?.slice(12) : bytes
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32`, or an address alone.
 *
 * @throws {TypeError} when it is neither, or has bits set behind its prefix: it was not meant so
 */
export const readNetwork = (text: string): Network => {
  const [address = '', prefix, ...more] = text.split('/')
  const bytes = ipBytes(address)
  const all = (bytes?.length ?? 0) * 8
  const bits = prefix === undefined ? all : /^(?:0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : all + 1
  if (bytes === undefined || bits > all || more.length > 0) {
    throw new TypeError('must be addresses or networks such as 10.0.0.0/8 or 2001:db8::/32')
  }
  if (!bytes.every((byte, index) => (byte & ~mask(bits, index) & 255) === 0)) {
    throw new TypeError('must be networks without bits behind their prefix, such as 10.0.0.0/8')
  }
  return { bytes, bits }
}

/** Whether an address, as {@link ipBytes} reads it, is in a network. IPv4 is in none of IPv6. */
export const isWithin = (network: Network, address: readonly number[]): boolean =>
  network.bytes.length === address.length &&
  network.bytes.every((byte, index) => ((byte ^ (address[index] ?? 0)) & mask(network.bits, index)) === 0)

/** The bits of the byte at `index` that a prefix of `bits` covers. */
const mask = (bits: number, index: number): number =>
  (0xff << (8 - Math.min(8, Math.max(0, bits - index * 8)))) & 0xff

/** Dotted decimal as RFC 3986 section 3.2.2 has it: `010.1` and `1` are read in many ways, and not here. */
const v4Bytes = (text: string): readonly number[] | undefined => {
  const parts = text.split('.')
  const isPlain = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))
  const bytes = isPlain ? parts.map(Number) : []
  return isPlain && bytes.every((byte) => byte < 256) ? bytes : undefined
}

/** RFC 4291 section 2.2: eight groups, one run of zeros left out, the last two perhaps as IPv4. */
const v6Bytes = (text: string): readonly number[] | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, index) => groupBytes(half, index === halves.length - 1))
  if (head === undefined) return undefined
  if (halves.length === 1) return head.length === 16 ? head : undefined
  if (tail === undefined || head.length + tail.length > 14) return undefined
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail]
}

const groupBytes = (half: string, isLast: boolean): readonly number[] | undefined => {
  if (half === '') return []
  const groups = half.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    const v4 = isLast && index === groups.length - 1 && group.includes('.') ? v4Bytes(group) : undefined
    if (v4 !== undefined) bytes.push(...v4)
    else if (/^[\da-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else return undefined
  }
  return bytes
}
