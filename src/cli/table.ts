import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
const GAP = 2

/**
 * A table for a terminal: aligned, without borders, cut to its width.
 *
 * @param heads already styled
 * @param columns the width of the terminal
 * @returns its lines
 */
export const layTable = (
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): readonly string[] => {
  const natural = heads.map(
    (head, column) =>
      Math.max(stripVTControlCharacters(head).length, ...rows.map((row) => row[column]?.length ?? 0)) + GAP,
  )
  const table = new Table({
    head: [...heads],
    chars: NO_BORDERS,
    colWidths: fit(natural, columns),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

const NARROWEST = 6

/** Takes the missing room from whichever column is widest, until the row fits or nothing is left to take. */
const fit = (natural: readonly number[], columns: number): number[] => {
  const widths = [...natural]
  while (widths.reduce((sum, width) => sum + width, 0) > columns) {
    const widest = widths.indexOf(Math.max(...widths))
    const width = widths[widest] ?? 0
    if (width <= NARROWEST) break
    widths[widest] = width - 1
  }
  return widths
}
