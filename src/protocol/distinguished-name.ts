/** The short names of attribute types: RFC 4514 section 3, and those that certificates for machines have. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['cn', '2.5.4.3'],
  ['sn', '2.5.4.4'],
  ['surname', '2.5.4.4'],
  ['serialnumber', '2.5.4.5'],
  ['c', '2.5.4.6'],
  ['l', '2.5.4.7'],
  ['st', '2.5.4.8'],
  ['street', '2.5.4.9'],
  ['o', '2.5.4.10'],
  ['ou', '2.5.4.11'],
  ['title', '2.5.4.12'],
  ['description', '2.5.4.13'],
  ['businesscategory', '2.5.4.15'],
  ['postalcode', '2.5.4.17'],
  ['gn', '2.5.4.42'],
  ['givenname', '2.5.4.42'],
  ['dnqualifier', '2.5.4.46'],
  ['organizationidentifier', '2.5.4.97'],
  ['uid', '0.9.2342.19200300.100.1.1'],
  ['dc', '0.9.2342.19200300.100.1.25'],
  ['emailaddress', '1.2.840.113549.1.9.1'],
  ['e', '1.2.840.113549.1.9.1'],
  ['jurisdictionl', '1.3.6.1.4.1.311.60.2.1.1'],
  ['jurisdictionst', '1.3.6.1.4.1.311.60.2.1.2'],
  ['jurisdictionc', '1.3.6.1.4.1.311.60.2.1.3'],
])

const TYPE = /\s*(?:([A-Za-z][A-Za-z0-9-]*)|((?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+))\s*=\s*/y
/** RFC 4514 section 3: an escaped character, an escaped octet, or what needs no escape. */
const VALUE = /(?:\\[ "#+,;<=>\\]|\\[\dA-Fa-f]{2}|[^\\"+,;<>\0\n])*/y
const PIECE = /\\([\dA-Fa-f]{2})|\\(.)|([^\\]+)/gs

/** A relative distinguished name: its types as numbers, with their values, in an order of their own. */
type Rdn = string

/**
 * The parts of a name as RFC 4514 writes it, and RFC 2253 with blanks between; `undefined` where it is none, a
 * type is not known by that name, or a value is in hexadecimal.
 */
export const parseDn = (text: string): readonly Rdn[] | undefined => {
  const rdns: Rdn[] = []
  let at = 0
  let pairs: string[] = []
  for (;;) {
    const [whole, name, oid] = match(TYPE, text, at) ?? []
    const type = oid ?? TYPES.get(name?.toLowerCase() ?? '')
    if (whole === undefined || type === undefined) return undefined
    const [raw = ''] = match(VALUE, text, at + whole.length) ?? []
    if (raw === '' || raw.startsWith('#')) return undefined
    pairs.push(`${type}=${JSON.stringify(unescaped(raw))}`)
    at += whole.length + raw.length
    const separator = text[at]
    at += 1
    if (separator === '+') continue
    rdns.push(pairs.toSorted().join('+'))
    pairs = []
    if (separator === undefined) return rdns
    if (separator !== ',') return undefined
  }
}

/**
 * Whether a certificate's subject is this name, part by part and character by character.
 *
 * @param dn as RFC 4514 writes it: the last part first
 * @param subject as Node tells it: the first part first, each on its line, its values escaped alike
 */
export const isSubject = (dn: string, subject: string): boolean => {
  const wanted = parseDn(dn)?.toReversed()
  const shown = subject.split('\n').map((line) => parseDn(line))
  return (
    wanted !== undefined &&
    wanted.length === shown.length &&
    wanted.every((rdn, index) => shown[index]?.length === 1 && shown[index][0] === rdn)
  )
}

const match = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Blanks at the end count only when they are escaped. */
const unescaped = (raw: string): string => {
  let end = raw.length
  while (raw[end - 1] === ' ' && raw[end - 2] !== '\\') end -= 1
  const bytes = [...raw.slice(0, end).matchAll(PIECE)].map(([, octet, escaped, plain]) =>
    octet === undefined ? Buffer.from(escaped ?? plain ?? '') : Buffer.from(octet, 'hex'),
  )
  return Buffer.concat(bytes).toString('utf8')
}
