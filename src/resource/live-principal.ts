import { introspectToken, type Presented } from '../actions/token.ts'
import { type ActiveToken, introspection } from '../protocol/access-token.ts'
import { type Principal, principalOf } from '../protocol/principal.ts'
import type { Store, Work } from '../store/work.ts'

/** The database of tokens, and what it takes to know one again. */
export interface Tokens {
  readonly store: Pick<Store, 'read' | 'turn'>
  /** What a token says it is; of a signed one that takes a check of its signature. */
  present(token: string): Presented | undefined | Promise<Presented | undefined>
}

/** For whom and when a token is looked at. */
export interface Look {
  /** What a token without a resource is for: known, or read along. */
  readonly issuer: string | (() => Work<string>)
  /** Epoch seconds. */
  readonly now: number
}

/**
 * The principal of a live access token, by the database, all of it on one snapshot; `undefined` for
 * anything else, a refresh token too, which opens nothing by itself.
 *
 * @param input a token, or a request with one in its header
 * @throws {StoreError} when it cannot know
 */
export const livePrincipal = async (
  { store, present }: Tokens,
  token: string | undefined,
  at: Look,
): Promise<Principal | undefined> => {
  const found = token === undefined ? undefined : present(token)
  const presented = found instanceof Promise ? await found : found
  if (presented?.kind !== 'access_token') {
    // No row is read for a typo, but a lost database is no place to say no from (HTTP-18).
    await store.turn()
    return undefined
  }
  const live = await store.read(look(presented, at))
  return live === undefined ? undefined : principalOf(live)
}

function* look(presented: Presented, { issuer, now }: Look): Work<ActiveToken | undefined> {
  const server = { issuer: typeof issuer === 'string' ? issuer : yield* issuer(), now }
  const seen = yield* introspectToken(presented, undefined, server)
  return seen === undefined ? undefined : introspection(seen.token, server, seen)
}
