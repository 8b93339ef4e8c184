/** How times, counts and lists are said: to scripts in ISO 8601, to people in words. */
import { formatDuration } from '../protocol/duration.ts'

/** Our own times in `--json`: ISO 8601, UTC. Epoch seconds in. */
export const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

export const isoOrNull = (seconds: number | null): string | null => (seconds === null ? null : iso(seconds))

/** `3 min 2 s ago`, `in 1 h`. */
export const relative = (seconds: number, now: number): string =>
  seconds > now ? `in ${formatDuration(seconds - now)}` : `${formatDuration(now - seconds)} ago`

/** `1 token`, `2 tokens`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`

/** A member of a JSON document for people: a list with commas; of a key no more than what tells it from others. */
export const memberText = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(memberText).join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  if ('keys' in value) return memberText(value.keys)
  const { kty, alg = kty, kid } = { kty: undefined, alg: undefined, kid: undefined, ...value }
  return kty === undefined
    ? JSON.stringify(value)
    : [alg ?? kty, kid].filter((one) => one !== undefined).join(' ')
}

/** A word for a shell or a .env file: quoted where something would be read into it, as into `~root/x`. */
export const shellWord = (word: string): string =>
  /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
