import type { Certificate } from '../crypto/client-certificate.ts'
import { signingAlgorithms } from '../protocol/algorithms.ts'
import { type BearerChallenge, type Credential, schemesFor, tokenChallenge } from '../protocol/bearer.ts'
import type { Confirmation } from '../protocol/confirmation.ts'
import { OAuthError } from '../protocol/error.ts'
import { isFapi } from '../protocol/fapi.ts'
import { createProver, type Held, noncesBy, type Prove } from '../resource/possession.ts'
import type { Server } from '../server.ts'
import { claimJti } from '../store/used-jti.ts'
import type { Exchange } from './answer.ts'
import { certificateOf } from './client-certificate.ts'

/** FA-07: of a server under the profile also where a token is used. */
export const proofAlgorithms = ({ settings }: Pick<Server, 'settings'>): readonly string[] =>
  signingAlgorithms(isFapi(settings))

/** Proofs are taken once in all processes that have the database (DP-04). */
export const proverOf = (server: Server): Prove =>
  createProver({
    clock: server.clock,
    async isFapi(client_id) {
      const found = await (await server.registry.latest()).client(client_id)
      return found !== undefined && isFapi(found.client)
    },
    claim: (jti_key, until) => server.store.write(() => claimJti(jti_key, until)),
    nonces: noncesBy(server.secrets, server.settings.dpop_nonce === 'required'),
  })

/**
 * Why a request does not prove that it may use its live token; `undefined` when it does, without any wait for
 * a bearer token.
 *
 * @param called the method and the address that its client called; `undefined`: not known
 */
export const possessionProblem = (
  server: Server,
  exchange: Exchange,
  credential: Credential,
  held: Held,
  called: { readonly method: string; readonly url: string | undefined },
): Promise<OAuthError | undefined> | undefined =>
  held.cnf === undefined && credential.scheme === 'Bearer'
    ? undefined
    : proverOf(server)(credential, held, {
        ...called,
        proof: exchange.request.headers.get('dpop'),
        certificate: () => shownCertificate(server, exchange),
      })

const shownCertificate = (server: Server, exchange: Exchange): Certificate | undefined => {
  const shown = certificateOf(server, exchange)
  return typeof shown === 'string' ? undefined : shown.certificate
}

/** The refusal of a protected resource, by the scheme that was used (RFC 6750 section 3.1, RFC 9449 section 7.1). */
export const refusedAtResource = (
  { error, error_description, dpop_nonce }: OAuthError,
  credential: Credential,
  cnf: Confirmation | undefined,
  challenge: BearerChallenge = {},
): OAuthError =>
  new OAuthError(error, error_description, {
    status: 401,
    challenge: tokenChallenge(schemesFor(credential, cnf), { ...challenge, error }),
    ...(dpop_nonce === undefined ? undefined : { dpop_nonce }),
  })
