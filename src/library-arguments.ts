import { refuseUnknown } from './protocol/nearest.ts'

/**
 * What an app in JavaScript hands over: an object, with no member that is not known.
 *
 * @param called how messages name the argument: `options`
 * @param known its members; `is_not` what follows on the name of one that is like none of them
 * @throws {TypeError} naming the member, and the one that was probably meant
 */
export const knownMembers = (
  given: unknown,
  called: string,
  known: readonly string[],
  is_not: string,
): Readonly<Record<string, unknown>> => {
  // A Map or a form has its members elsewhere: they would be as if they had not been said.
  if (!isObject(given) || Symbol.iterator in given) throw new TypeError(`${called} must be a plain object`)
  refuseUnknown(given, known, is_not)
  // Each is read once, wherever it stands: what was judged is what counts.
  const members = known.map((name) => [name, given[name]] as const)
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws {TypeError} naming the argument */
export const text = (given: unknown, name: string): string => {
  if (typeof given !== 'string') throw new TypeError(`${name} must be a string`)
  return given
}

/** Absent and `null` are one. @throws {TypeError} naming the argument */
export const optionalText = (given: unknown, name: string): string | undefined =>
  given === undefined || given === null ? undefined : text(given, name)

/** A list of texts, or one. @throws {TypeError} naming the argument */
export const texts = (given: unknown, name: string): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  return list.map((one) => text(one, name))
}
