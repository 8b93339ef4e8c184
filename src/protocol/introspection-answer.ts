import { type ActiveToken, INACTIVE, type Introspection } from './access-token.ts'

/** What keeps an answer of another server from being one about an access token. */
export class UnusableAnswer extends Error {}

/**
 * RFC 7662 section 2.2, read by the one who asked. Inactive is also what is no bearer token: a refresh
 * token, which has no `token_type`, and one that is bound to a key (`cnf`), which a bearer cannot prove.
 *
 * @param issuer whom the answer must name where it names anybody
 * @throws {UnusableAnswer} when it is none, or lacks what a principal is made of
 */
export const readIntrospection = (answer: unknown, issuer: string): Introspection => {
  if (!isRecord(answer) || typeof answer['active'] !== 'boolean') {
    throw new UnusableAnswer('the answer is no introspection answer')
  }
  if (!answer['active']) return INACTIVE
  if (answer['iss'] !== undefined && answer['iss'] !== issuer) {
    throw new UnusableAnswer(`the answer speaks of another issuer than ${issuer}`)
  }
  const { token_type } = answer
  if (typeof token_type !== 'string' || token_type.toLowerCase() !== 'bearer') return INACTIVE
  return activeToken(answer) ?? INACTIVE
}

/**
 * A principal's members out of an introspection answer, or out of the claims of a JWT (RFC 9068 section
 * 2.2); `undefined` for a token that is bound to a key.
 *
 * @throws {UnusableAnswer} naming the member that is missing
 */
export const activeToken = (given: Readonly<Record<string, unknown>>): ActiveToken | undefined => {
  if (given['cnf'] !== undefined) return undefined
  const client_id = text(given, 'client_id')
  const sub = text(given, 'sub')
  const { scope, grant_type } = given
  if (scope !== undefined && typeof scope !== 'string') throw new UnusableAnswer('scope is no string')
  if (given['nbf'] !== undefined) time(given, 'nbf')
  return {
    ...given,
    active: true,
    client_id,
    token_type: 'Bearer',
    exp: time(given, 'exp'),
    iat: time(given, 'iat'),
    sub,
    aud: audience(given['aud']),
    iss: text(given, 'iss'),
    jti: text(given, 'jti'),
    // Ours alone says it; of another server's token the subject does (RFC 9068 section 2.2).
    grant_type:
      typeof grant_type === 'string'
        ? grant_type
        : sub === client_id
          ? 'client_credentials'
          : 'authorization_code',
  }
}

type Given = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (given: Given, name: string): string => {
  const value = given[name]
  if (typeof value === 'string' && value !== '') return value
  throw new UnusableAnswer(`${name} is missing`)
}

const time = (given: Given, name: string): number => {
  const value = given[name]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new UnusableAnswer(`${name} is missing`)
}

const audience = (aud: unknown): string | readonly string[] => {
  const several: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const texts = several.filter((one) => typeof one === 'string')
  if (texts.length === 0 || texts.length < several.length) throw new UnusableAnswer('aud is missing')
  return texts
}
