/** Seconds in each unit that a duration may be written with. */
const UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/**
 * Reads a duration as people write it: `90`, `90s`, `30m`, `24h`, `7d`, `2w`.
 *
 * @returns whole seconds, or `undefined` when it is not a duration
 */
export const parseDuration = (text: string): number | undefined => {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text.trim()) ?? []
  const seconds = UNIT[unit]
  return digits === undefined || seconds === undefined ? undefined : Number(digits) * seconds
}

/**
 * Writes a duration with its largest two units: `1 d 3 h`, `9 min 41 s`, `0 s`.
 *
 * @param seconds a whole number, not negative
 */
export const formatDuration = (seconds: number): string => {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
