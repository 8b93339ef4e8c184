/**
 * Whom failures from an address are counted against. IPv6 by /64, of which whoever has one address
 * has them all (RL-03); IPv4 as it is, also inside IPv6 (RFC 4291 section 2.5.5.2).
 */
export const addressGroup = (address: string): string => {
  const [bare = ''] = address.toLowerCase().split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  if (!bare.includes(':')) return bare
  const [head = '', tail] = bare.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::')
  const front = hextets(head)
  const back = tail === undefined ? [] : hextets(tail)
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  const first = [...front, ...zeros, ...back].slice(0, 4)
  return `${first.map((hextet) => hextet.replace(/^0+(?=.)/, '')).join(':')}::/64`
}

/**
 * Whether many people may share this address, as told by {@link addressGroup}: a reverse proxy's, or that
 * of a household's or a cluster's gateway. Loopback, private use, link-local, and shared by a carrier (RFC
 * 6890, RFC 4193).
 */
export const isShared = (group: string): boolean => SHARED.test(group)

const SHARED =
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|0:0:0:0::|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/

const hextets = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
