import type { Listing, Printer } from './print.ts'
import { shellWord } from './words.ts'

export interface Page<T> extends Listing<T> {
  /** At most so many are shown; `rows` holds one more where there are more. */
  readonly limit: number
}

/** A list that was cut says so in every mode, lest a script take a page for the whole. */
export const printPage = async <T>(print: Printer, { limit, ...listing }: Page<T>): Promise<void> => {
  const rows = listing.rows.slice(0, limit)
  await print.list({ ...listing, rows })
  const last = rows.at(-1)
  if (last === undefined || listing.rows.length <= limit) return
  print.warn(`the list is cut at ${limit}`, `go on with --after ${shellWord(listing.id(last))}`)
}
