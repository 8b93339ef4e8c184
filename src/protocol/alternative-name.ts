import { ipBytes } from './ip.ts'

/** The kinds of alternative names by which a client may be known (RFC 8705 section 2.1.2), as Node calls them. */
export type NameKind = 'DNS' | 'URI' | 'IP Address' | 'email'

/** Node puts between quotes, as JSON, what could be taken for more than one name. What is no JSON is no name. */
const NAME = /([A-Za-z ]+):("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"|[^,"]*)(?:, |$)/uy

/**
 * Whether a certificate has this very alternative name: nothing is expanded, and upper and lower case differ but in
 * a host's name.
 *
 * @param names as Node tells them: `DNS:a.example, URI:urn:a`
 */
export const hasName = (names: string, kind: NameKind, wanted: string): boolean =>
  namesOf(names, kind).some((name) => isSame(kind, name, wanted))

const isSame = (kind: NameKind, name: string, wanted: string): boolean => {
  if (kind === 'DNS') return name.toLowerCase() === wanted.toLowerCase()
  if (kind !== 'IP Address') return name === wanted
  const bytes = ipBytes(wanted)
  return bytes !== undefined && ipBytes(name)?.join() === bytes.join()
}

/** None where the text is not read to its end: what is not understood proves nothing. */
const namesOf = (names: string, kind: NameKind): readonly string[] => {
  const found: string[] = []
  NAME.lastIndex = 0
  while (NAME.lastIndex < names.length) {
    const [, type, value = ''] = NAME.exec(names) ?? []
    if (type === undefined) return []
    if (type === kind) found.push(value.startsWith('"') ? String(JSON.parse(value)) : value)
  }
  return found
}
