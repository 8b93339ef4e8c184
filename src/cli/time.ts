import { formatDuration } from '../protocol/duration.ts'

/** Our own times in `--json`: ISO 8601, UTC. Epoch seconds in. */
export const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

export const isoOrNull = (seconds: number | null): string | null => (seconds === null ? null : iso(seconds))

/** `3 min 2 s ago`, `in 1 h`, for people. */
export const relative = (seconds: number, now: number): string =>
  seconds > now ? `in ${formatDuration(seconds - now)}` : `${formatDuration(now - seconds)} ago`
