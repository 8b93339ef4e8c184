import { introspectToken, type Presented } from '../actions/token.ts'
import type { Secrets } from '../crypto/secret.ts'
import { type ActiveToken, introspection } from '../protocol/access-token.ts'
import { type Principal, principalOf } from '../protocol/principal.ts'
import { findState } from '../store/state.ts'
import type { Store, Work } from '../store/work.ts'
import { isJwt, type OwnKeys, presentJwt } from './presented-jwt.ts'
import { presentedToken, type Verifier } from './verifier.ts'

export interface OpenedFile {
  readonly store: Store
  /** Opening the hash keys takes a moment; a wrong master secret is told to the first who asks. */
  readonly secrets: Promise<Secrets>
  readonly keys: OwnKeys
  /** What a token without a resource is for; `undefined`: what the database says, at each read. */
  readonly issuer: string | undefined
  /** Where the database says nothing. */
  readonly default_issuer: string
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Looks each token up in the shared file, as the server does: what is revoked is over with the next look. */
export const fileVerifier = (file: OpenedFile): Required<Verifier> => ({
  async verify(input): Promise<Principal | undefined> {
    const token = presentedToken(input)
    if (token === undefined) return undefined
    const secrets = await file.secrets
    const presented = isJwt(token) ? await presentSigned(file, token) : secrets.present(token)
    // A typo, or a token of another kind, is refused without a look.
    if (presented?.kind !== 'access_token') return undefined
    const live = await file.store.read(look(presented, file))
    return live === undefined ? undefined : principalOf(live)
  },
  close: () => file.store.close(),
})

const presentSigned = async (file: OpenedFile, token: string): Promise<Presented | undefined> => {
  const issuer = await file.store.read(issuerOf(file))
  return presentJwt(file.keys, token, { issuer, now: Math.floor(file.clock() / 1000) })
}

function* issuerOf({ issuer, default_issuer }: OpenedFile): Work<string> {
  return issuer ?? (yield* findState('issuer')) ?? default_issuer
}

/** All of it on one snapshot. */
function* look(presented: Presented, file: OpenedFile): Work<ActiveToken | undefined> {
  const server = { issuer: yield* issuerOf(file), now: Math.floor(file.clock() / 1000) }
  const seen = yield* introspectToken(presented, undefined, server)
  return seen === undefined ? undefined : introspection(seen.token, server, seen)
}
