/**
 * The types of authorization_details that this server knows (RFC 9396 section 2.1): the tables
 * `[authorization_details.TYPE]` of the configuration file, and the library's option `authorization_details`.
 */
import { refuseUnknown } from './nearest.ts'
import { tableOf } from './setting-value.ts'

/** What is said of a type: how the consent page calls it. */
export interface DetailType {
  readonly title: string
}

/** By the type itself. */
export type DetailTypes = ReadonlyMap<string, DetailType>

/** PG-10: as long as any name. */
const LONGEST_TITLE = 128

/** RFC 9396 section 2: any string; one that is easily read, and can stand in a TOML key. */
const TYPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/

/**
 * Reads the tables.
 *
 * @throws {TypeError} naming the type and what is wrong with it
 */
export const readDetailTypes = (given: unknown): DetailTypes => {
  if (given === undefined) return new Map()
  const tables = tableOf(given, 'authorization_details must be a table of types')
  return new Map(
    Object.entries(tables).map(([type, described]) => {
      const name = `authorization_details.${type.slice(0, 64)}`
      if (!TYPE.test(type)) throw new TypeError(`${name} must be printable ASCII without spaces`)
      const table = tableOf(described, `${name} must be a table with a title`)
      refuseUnknown(table, ['title'], 'a member of a type', `${name}.`)
      const { title } = table
      if (typeof title === 'string' && title.trim() !== '' && title.length <= LONGEST_TITLE) {
        return [type, { title: title.trim() }]
      }
      throw new TypeError(`${name}.title must be 1 to ${LONGEST_TITLE} characters`)
    }),
  )
}
