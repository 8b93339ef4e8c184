/**
 * The one of `names` that somebody who wrote `word` most likely meant; `undefined` when none is near.
 * Case, `_` and `-` do not count, so `redirectUris` is `redirect_uris`.
 */
export const nearest = (word: string, names: readonly string[]): string | undefined => {
  const wanted = plain(word)
  const most = wanted.length < 4 ? 1 : Math.min(3, Math.floor(wanted.length / 3))
  let best: string | undefined
  let least = most + 1
  for (const name of names) {
    const far = distance(wanted, plain(name))
    if (far >= least) continue
    best = name
    least = far
  }
  return best
}

/**
 * What is told of a name that is not known: which was probably meant, else that it is not `is_not`.
 *
 * @param within what messages put before a name: `jwks.`
 */
export const unknownName = (
  name: string,
  known: readonly string[],
  is_not: string,
  within: string = '',
): string => {
  const meant = nearest(name, known)
  const told = within + name.slice(0, MAX_LENGTH)
  return meant === undefined ? `${told} is not ${is_not}` : `${told}: did you mean ${within}${meant}?`
}

/**
 * Refuses a member that is not known: misspelt it would be as if it had not been said.
 *
 * @throws {TypeError} naming the member, and the one that was probably meant
 */
export const refuseUnknown = (
  given: object,
  known: readonly string[],
  is_not: string,
  within?: string,
): void => {
  const name = Object.keys(given).find((one) => !known.includes(one))
  if (name !== undefined) throw new TypeError(unknownName(name, known, is_not, within))
}

const MAX_LENGTH = 64

const plain = (text: string): string => text.slice(0, MAX_LENGTH).toLowerCase().replace(/[_-]/g, '')

/** Letters to add, drop, change or swap with the next: optimal string alignment. */
const distance = (one: string, other: string): number => {
  let before: number[] = []
  let last: number[] = Array.from({ length: other.length + 1 }, (_, j) => j)
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const steps = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost]
      if (swapped) steps.push(at(before, j - 2) + 1)
      row.push(Math.min(...steps))
    }
    before = last
    last = row
  }
  return at(last, other.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY
