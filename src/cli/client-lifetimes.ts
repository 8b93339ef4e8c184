/** The flags that say how long what a client gets shall live: for client:create and client:update alike. */
import { parseDuration } from '../protocol/duration.ts'
import { LONGEST_JWT_LIFETIME } from '../protocol/lifetime.ts'
import { flagOf } from '../protocol/settings.ts'
import { misused } from './failure.ts'
import { type Flag, text } from './flag.ts'
import type { Printer } from './print.ts'

const HELP = {
  access_token_ttl: 'how long its access tokens live; those that are JWTs a day at the most',
  code_ttl: 'how long its authorization codes live, 60 seconds at the most',
  refresh_token_ttl: 'how long its refresh tokens of one approval live in all',
  refresh_idle_ttl: 'how long a refresh token of it lives unused',
  refresh_grace: 'how long it may ask again for the lost answer to a refresh, 0 to 60 seconds',
} as const

type Lifetime = keyof typeof HELP

const NAMES: readonly Lifetime[] = [
  'access_token_ttl',
  'code_ttl',
  'refresh_token_ttl',
  'refresh_idle_ttl',
  'refresh_grace',
]

export type LifetimeFlags = { readonly [K in Lifetime]: Flag<string | undefined> }

export const LIFETIME_FLAGS: LifetimeFlags = {
  access_token_ttl: text('TIME', HELP.access_token_ttl),
  code_ttl: text('TIME', HELP.code_ttl),
  refresh_token_ttl: text('TIME', HELP.refresh_token_ttl),
  refresh_idle_ttl: text('TIME', HELP.refresh_idle_ttl),
  refresh_grace: text('TIME', HELP.refresh_grace),
}

/**
 * What was given, in seconds; `none` is the server's own again. Their ranges are the registration's to judge.
 * @throws {Failure} exit 2 for what is no time
 */
export const givenLifetimes = (
  flags: { readonly [K in Lifetime]: string | undefined },
  words: { readonly mayBeNone: boolean },
): Readonly<Record<string, number | null>> => {
  const given = NAMES.flatMap((name) => {
    const value = flags[name]
    return value === undefined ? [] : [[name, read(name, value, words.mayBeNone)] as const]
  })
  return Object.fromEntries(given)
}

/** RV-06: which of its tokens are JWTs their resource says, so that a longer life is no mistake yet. */
export const noteLongLife = (
  print: Printer,
  { access_token_ttl = 0 }: { readonly access_token_ttl?: number },
): void => {
  if (access_token_ttl <= LONGEST_JWT_LIFETIME) return
  print.note('access tokens that are JWTs live a day at the most, whatever their client says')
}

const read = (name: Lifetime, value: string, mayBeNone: boolean): number | null => {
  if (mayBeNone && value === 'none') return null
  const seconds = parseDuration(value)
  if (seconds !== undefined) return seconds
  const none = mayBeNone ? ', or none' : ''
  throw misused(`${flagOf(name)} must be a time, such as 3600, 30m or 24h${none}`)
}
