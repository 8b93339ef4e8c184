import type { Presented } from '../actions/token.ts'
import type { Secrets } from '../crypto/secret.ts'
import { isFapi } from '../protocol/fapi.ts'
import { findClient } from '../store/client.ts'
import { findState } from '../store/state.ts'
import type { Store, Work } from '../store/work.ts'
import { livePrincipal, type Tokens } from './live-principal.ts'
import { createProver, noncesBy, type Prove } from './possession.ts'
import { isJwt, type OwnKeys, presentJwt } from './presented-jwt.ts'
import { createUsedProofs } from './used-proofs.ts'
import { type BoundTokens, type Verifier, verifyBy, withBoundTokens } from './verifier.ts'

export interface OpenedFile {
  readonly store: Store
  /** Opening the hash keys takes a moment; a wrong master secret is told to the first who asks. */
  readonly secrets: Promise<Secrets>
  /** The keys that sign, for tokens that are JWTs. */
  readonly keys: OwnKeys
  /** What a token without a resource is for; `undefined`: what the database says, at each look. */
  readonly issuer: string | undefined
  /** Where the database says nothing. */
  readonly default_issuer: string
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** What clients call in place of the `/` of a request. */
  readonly public_url?: string | undefined
  /** Ends all of it. */
  close(): Promise<void>
}

/** Looks each token up in the shared file, as the server does: what is revoked is over with the next look. */
export const fileVerifier = (file: OpenedFile): Required<Verifier> => {
  const { store, default_issuer, clock } = file
  const recorded = function* (): Work<string> {
    return (yield* findState('issuer')) ?? default_issuer
  }
  const issuer = file.issuer ?? recorded
  const presentSigned = async (token: string): Promise<Presented | undefined> => {
    const of = file.issuer ?? (await store.read(recorded()))
    return presentJwt(file.keys, token, { issuer: of, now: Math.floor(clock() / 1000) })
  }
  const opened = ({ present }: Secrets): Tokens => ({
    store,
    present: (token) => (isJwt(token) ? presentSigned(token) : present(token)),
  })
  const claim = createUsedProofs(clock)
  const isUnderFapi = async (client_id: string): Promise<boolean> => {
    const client = await store.read(findClient(client_id))
    return client !== undefined && isFapi(client)
  }
  let tokens: Tokens | undefined
  let prove: Prove | undefined
  const bound: BoundTokens = {
    async find(token) {
      tokens ??= opened(await file.secrets)
      return await livePrincipal(tokens, token, { issuer, now: Math.floor(clock() / 1000) })
    },
    async prove(...shown) {
      prove ??= createProver({
        clock,
        claim,
        isFapi: isUnderFapi,
        nonces: noncesBy(await file.secrets, false),
      })
      return await prove(...shown)
    },
    public_url: file.public_url,
  }
  return withBoundTokens({ verify: (input) => verifyBy(bound, input), close: () => file.close() }, bound)
}
