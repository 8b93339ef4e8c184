/**
 * What a JWT of a client's says of itself and of its time: an assertion, a request object. Whether it is
 * signed is not seen here.
 */

/** The two parts that can be read: whoever has checked the signature may believe them. */
export interface JwtContent {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * RFC 7519 section 7.2; `undefined` for what is no JWT with a signature, nor is one that asks for an extension
 * to be understood (`crit`): we know none.
 */
export const jwtContent = (jwt: string): JwtContent | undefined => {
  const parts = jwt.split('.')
  const [header, claims] = parts.map(jsonObject)
  if (parts.length !== 3 || header === undefined || claims === undefined) return undefined
  return 'crit' in header ? undefined : { header, claims }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

const jsonObject = (part: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(UTF8.decode(Buffer.from(part, 'base64url')))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** RFC 7515 section 4.1.9: `application/` may be left out, and the case does not count. */
export const typOf = ({ header }: JwtContent): string | undefined => {
  const { typ } = header
  return typeof typ === 'string'
    ? typ.toLowerCase().replace(/^application\//, '')
    : typ === undefined
      ? undefined
      : ''
}

/** TM-01: clocks differ. Seconds. */
const FAST = 60
export const LATE = 10

/** JA-07, JAR-02: how long it may be good for. Seconds. */
const LONGEST = 3600

/**
 * What is wrong with the times of a request object: as {@link clockProblem}, and it ends within an hour of
 * when it began (JAR-02).
 */
export const timeProblem = (
  claims: JwtContent['claims'],
  now: number,
  late: number = LATE,
): string | undefined => {
  const { exp, nbf, iat } = claims
  const from = isTime(nbf) ? nbf : isTime(iat) ? iat : now
  return clockProblem(claims, now, late) ?? endProblem(exp, from)
}

/**
 * What is wrong with the times of a client assertion: as {@link clockProblem}, and it ends within an hour of
 * now (JA-07), by the clock of who made it where that is ahead.
 */
export const assertionTimeProblem = (claims: JwtContent['claims'], now: number): string | undefined => {
  const { exp, nbf, iat } = claims
  return clockProblem(claims, now, LATE) ?? endProblem(exp, Math.max(now, ...[nbf, iat].filter(isTime)))
}

/**
 * What is wrong with the times of a JWT (TM-01): it must end, and have begun.
 *
 * @param late how long ago it may have ended. Seconds
 * @returns words for the log
 */
const clockProblem = (
  { exp, nbf, iat }: JwtContent['claims'],
  now: number,
  late: number,
): string | undefined => {
  if (!isTime(exp)) return 'exp is missing, or is no number'
  if (exp <= now - late) return 'exp is past'
  for (const [name, time] of Object.entries({ nbf, iat })) {
    if (time === undefined) continue
    if (!isTime(time)) return `${name} is no number`
    if (time > now + FAST) return `${name} is in the future`
  }
  return undefined
}

const endProblem = (exp: unknown, from: number): string | undefined =>
  isTime(exp) && exp - from <= LONGEST ? undefined : 'exp is more than an hour away'

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
