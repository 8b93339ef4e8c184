/** How long something may live, as a setting or as client metadata says it. Whole seconds. */
import { parseDuration } from './duration.ts'

/** No token lives longer: a year is what a mistyped lifetime may cost. Seconds. */
export const LONGEST_LIFETIME: number = 365 * 86_400

/** Whether `value` is a lifetime in whole seconds, of which there is one at the least. */
export const isLifetime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_LIFETIME

/** Reads a lifetime: a number of seconds, or words as in `30m`. @throws {TypeError} out of 1 s to 365 d */
export const readLifetime = (value: unknown): number => {
  const seconds = typeof value === 'string' ? parseDuration(value) : value
  if (isLifetime(seconds)) return seconds
  throw new TypeError('must be a time from 1 second to 365 days, such as 3600, 30m or 24h')
}

/** Decision 2: what is revoked is seen late by a resource that does not ask. Seconds. */
export const JWT_LIFETIME = 600

/** What is revoked lives on where a JWT is checked offline: a day at the most (RV-06). */
export const LONGEST_JWT_LIFETIME = 86_400

/** AZ-10: a code lives no longer than a minute. */
export const LONGEST_CODE_LIFETIME = 60

/** RT-15: a retry window is a minute at the most. */
export const LONGEST_GRACE = 60

/** Reads the lifetime of a code. @throws {TypeError} out of 1 to 60 s */
export const readCodeLifetime = (value: unknown): number => {
  const seconds = typeof value === 'string' ? parseDuration(value) : value
  if (isLifetime(seconds) && seconds <= LONGEST_CODE_LIFETIME) return seconds
  throw new TypeError(`must be a time from 1 to ${LONGEST_CODE_LIFETIME} seconds`)
}

/** Reads a retry window. @throws {TypeError} out of 0 to 60 s */
export const readGrace = (value: unknown): number => {
  const seconds = typeof value === 'string' ? parseDuration(value) : value
  if (seconds === 0 || (isLifetime(seconds) && seconds <= LONGEST_GRACE)) return seconds
  throw new TypeError(`must be a time from 0 to ${LONGEST_GRACE} seconds`)
}
