import type { Secrets } from '../crypto/secret.ts'
import { findState } from '../store/state.ts'
import type { Store, Work } from '../store/work.ts'
import { livePrincipal, type Tokens } from './live-principal.ts'
import type { Verifier } from './verifier.ts'

export interface OpenedFile {
  readonly store: Store
  /** Opening the hash keys takes a moment; a wrong master secret is told to the first who asks. */
  readonly secrets: Promise<Secrets>
  /** What a token without a resource is for; `undefined`: what the database says, at each look. */
  readonly issuer: string | undefined
  /** Where the database says nothing. */
  readonly default_issuer: string
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** Looks each token up in the shared file, as the server does: what is revoked is over with the next look. */
export const fileVerifier = (file: OpenedFile): Required<Verifier> => {
  const { store, default_issuer, clock } = file
  const recorded = function* (): Work<string> {
    return (yield* findState('issuer')) ?? default_issuer
  }
  const issuer = file.issuer ?? recorded
  let tokens: Tokens | undefined
  return {
    async verify(input) {
      tokens ??= { store, secrets: await file.secrets }
      const now = Math.floor(clock() / 1000)
      return await livePrincipal(tokens, input, { issuer, now })
    },
    close: () => store.close(),
  }
}
