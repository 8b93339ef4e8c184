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

const hextets = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
