import { signingAlgorithms } from '../protocol/algorithms.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { badProof, type DpopNonces, judgeProof } from '../protocol/dpop.ts'
import type { OAuthError } from '../protocol/error.ts'
import { isFapi } from '../protocol/fapi.ts'
import { aliasOf, endpoint } from '../protocol/issuer.ts'
import { jtiKey } from '../protocol/jti.ts'
import { noncesBy } from '../resource/possession.ts'
import type { Server } from '../server.ts'
import { claimJti } from '../store/used-jti.ts'
import type { Work } from '../store/work.ts'
import type { BackChannel } from './answer.ts'

/** A proof of a request (RFC 9449): sound, but for whether it was used before. */
export interface ProvenKey {
  /** RFC 7638, SHA-256. */
  readonly jkt: string
  readonly jti_key: string
  /** Until when it has to be known that it was used. Epoch seconds. */
  readonly until: number
}

/**
 * The key that a back-channel request proves to hold; `undefined`, without any work, where it has no proof.
 *
 * @throws {OAuthError} invalid_dpop_proof, use_dpop_nonce: nothing has been used up by then (DP-08, RT-13)
 */
export const dpopOf = (
  server: Server,
  exchange: BackChannel,
  client: Client,
): Promise<ProvenKey> | undefined => {
  const header = exchange.request.headers.get('dpop')
  return header === null ? undefined : provenKey(server, exchange, client, header)
}

const provenKey = async (
  server: Server,
  exchange: BackChannel,
  client: Client,
  header: string,
): Promise<ProvenKey> => {
  const { verifySignedProof } = await import('../crypto/dpop-proof.ts')
  const { jkt, claims } = await verifySignedProof(header, signingAlgorithms(isFapi(client)))
  const { issuer, prefix, mtls_url } = server.settings
  const nonces = noncesOf(server, exchange.now, client)
  const { jti, until, nonce } = judgeProof(claims, {
    method: 'POST',
    url: endpoint(issuer, prefix, exchange.route),
    alias: mtls_url === undefined ? undefined : aliasOf(issuer, prefix, exchange.route, mtls_url),
    now: exchange.now,
    nonces,
  })
  // DP-09: who has begun to use nonces is told of the next one before this is over.
  const fresh = nonces.fresh()
  if (nonce !== undefined && nonce !== fresh) exchange.dpop_nonce = fresh
  return { jkt, jti_key: jtiKey('dpop', jkt, jti), until }
}

/** Decision 19: asked for in FAPI, whatever the server does else. */
const noncesOf = ({ secrets, settings }: Server, now: number, client: Client): DpopNonces =>
  noncesBy(secrets, settings.dpop_nonce === 'required' || isFapi(client))(now)

/**
 * DP-04: a work after its proof was taken, once in all processes. A try that is refused after that has used
 * its proof, and nothing else: the next one is made with another `jti`.
 */
export const onceProven = <T>(
  proof: ProvenKey | undefined,
  work: () => Work<T>,
): (() => Work<T | OAuthError>) =>
  proof === undefined
    ? work
    : function* () {
        if (yield* claimJti(proof.jti_key, proof.until)) return yield* work()
        return badProof('it was used before')
      }

/** DP-09: one header at most: a refusal that asks for a nonce has its own. */
export const nonceHeader = ({ dpop_nonce }: BackChannel): Readonly<Record<string, string>> | undefined =>
  dpop_nonce === undefined ? undefined : { 'dpop-nonce': dpop_nonce }
