import { type ActiveToken, INACTIVE, type Introspection } from './access-token.ts'
import { type Confirmation, tokenType } from './confirmation.ts'

/** What keeps an answer of another server from being one about an access token. */
export class UnusableAnswer extends Error {}

/**
 * RFC 7662 section 2.2, read by the one who asked. Inactive is also what is no access token: a refresh token,
 * which has no `token_type`; and one that is bound in a way that is not known here.
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
  if (typeof token_type !== 'string') return INACTIVE
  const live = activeToken(answer)
  // A token that is called bound, by no key that is named, nobody can prove to hold.
  return live?.token_type?.toLowerCase() === token_type.toLowerCase() ? live : INACTIVE
}

/**
 * A principal's members out of an introspection answer, or out of the claims of a JWT (RFC 9068 section
 * 2.2); `undefined` for a token that is bound to a key in a way that is not known here.
 *
 * @throws {UnusableAnswer} naming the member that is missing
 */
export const activeToken = (given: Readonly<Record<string, unknown>>): ActiveToken | undefined => {
  const cnf = confirmation(given['cnf'])
  if (cnf === undefined) return undefined
  const client_id = text(given, 'client_id')
  const sub = text(given, 'sub')
  const { scope, grant_type } = given
  if (scope !== undefined && typeof scope !== 'string') throw new UnusableAnswer('scope is no string')
  if (given['nbf'] !== undefined) time(given, 'nbf')
  const { cnf: _, ...rest } = given
  return {
    ...rest,
    ...(cnf === null ? undefined : { cnf }),
    active: true,
    client_id,
    token_type: tokenType(cnf),
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

/** RFC 7800 section 3.1: one member that names the key; `null` for none, `undefined` for what is not known. */
const confirmation = (cnf: unknown): Confirmation | null | undefined => {
  if (cnf === undefined) return null
  const [[name, value] = ['', ''], ...more] = isRecord(cnf) ? Object.entries(cnf) : []
  if (typeof value !== 'string' || value === '' || more.length > 0) return undefined
  if (name === 'jkt') return { jkt: value }
  return name === 'x5t#S256' ? { 'x5t#S256': value } : undefined
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
