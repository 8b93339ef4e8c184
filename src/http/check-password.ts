import { recordFailure, refundTry, spendTry, type TryKeys } from '../actions/session.ts'
import { TooBusy } from '../crypto/bounded.ts'
import { UncheckableHash, type Verdict } from '../crypto/password.ts'
import { OAuthError } from '../protocol/error.ts'
import { preparePassword } from '../protocol/password-rules.ts'
import { usernameKey } from '../protocol/username.ts'
import type { Server } from '../server.ts'
import { findUserByName, type UserWithPassword } from '../store/user.ts'
import { addressOf, isOnes } from './address.ts'
import type { Exchange } from './answer.ts'

/** What a name and a password turned out to be. */
export type Checked =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'limited'; readonly seconds: number }
  | {
      readonly kind: 'right'
      readonly user: UserWithPassword
      /** The same password under newer parameters. */
      readonly new_hash: string | undefined
      readonly keys: TryKeys
    }

/**
 * PG-08: one try out of the budget of this user and address, then the same work and the same answer
 * whether the user is known or not.
 *
 * @throws {OAuthError} shown as a page, 503: too many at once, or a hash that this Node cannot check
 */
export const checkPassword = async (
  server: Server,
  exchange: Exchange,
  given: { readonly username: string; readonly password: string },
): Promise<Checked> => {
  const { now } = exchange
  const username_key = usernameKey(given.username)
  const keys = tryKeys(server, exchange, username_key)
  const isLimited = server.settings.rate_limits
  const until = isLimited ? await server.store.write(() => spendTry(keys, now)) : undefined
  const user = await server.store.read(findUserByName(username_key))
  const who =
    user === undefined ? { user: server.secrets.limitKey(`user ${username_key}`) } : { sub: user.sub }
  if (until !== undefined) {
    failed(server, exchange, { ...who, reason: 'limited' })
    return { kind: 'limited', seconds: Math.max(1, until - now) }
  }
  try {
    const password = preparePassword(given.password)
    const verdict = await verdictOn(server, user, password)
    if (user === undefined || verdict.kind === 'wrong') {
      const reason = user === undefined ? 'unknown user' : 'wrong password'
      failed(server, exchange, { ...who, reason })
      const event = { type: 'sign_in_failed', sub: user?.sub, detail: { reason } } as const
      await server.store.write(() => recordFailure(event, server.audit(exchange)))
      return { kind: 'wrong' }
    }
    const new_hash = verdict.isOld ? await server.passwords.hash(password) : undefined
    return { kind: 'right', user, new_hash, keys }
  } catch (thrown) {
    await server.store.write(() => refundTry(keys))
    throw unavailable(server, exchange, { ...who, err: thrown })
  }
}

const verdictOn = (
  { passwords }: Server,
  user: UserWithPassword | undefined,
  password: string,
): Promise<Verdict> =>
  user === undefined ? passwords.pretend(password) : passwords.verify(password, user.password_hash)

/**
 * LG-01: what is counted is stored under a keyed hash; a name typed wrong may be a password. An address
 * that may be a proxy's has no budget of its own (RL-02): anybody could spend it for everybody behind it.
 */
const tryKeys = (server: Server, exchange: Exchange, username_key: string): TryKeys => {
  const { secrets } = server
  const address = addressOf(server, exchange)
  return {
    user_and_address: secrets.limitKey(`sign-in ${address ?? '-'} ${username_key}`),
    address: isOnes(server, exchange) ? secrets.limitKey(`sign-in ${address}`) : undefined,
  }
}

/** LG-02. A name that nobody has is told as a keyed hash: somebody may have typed a password there. */
const failed = ({ log }: Server, { request_id }: Exchange, fields: object): void =>
  log.info({ request_id, ...fields }, 'sign_in_failed')

const unavailable = (
  { log }: Server,
  { request_id }: Exchange,
  fields: { readonly err: unknown },
): unknown => {
  const { err } = fields
  if (err instanceof TooBusy) {
    return new OAuthError('temporarily_unavailable', 'too many sign-ins at once', {
      cause: err,
      page: 'busy',
    })
  }
  if (!(err instanceof UncheckableHash)) return err
  log.error({ request_id, ...fields }, 'password_uncheckable')
  return new OAuthError('temporarily_unavailable', 'sign-in does not work right now', {
    cause: err,
    page: 'fault',
  })
}
