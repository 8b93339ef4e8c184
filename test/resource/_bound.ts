/** A token of a server that is bound to a key. */
import { answerTokenRequest } from '../../src/http/token.ts'
import { parseForm } from '../../src/protocol/form.ts'
import { type DpopKey, dpopProof } from '../_dpop.ts'
import type { SharedFile } from './_shared-file.ts'

/** Asked for with a proof, as a client does. */
export const authenticatedToken = async ({ server, client }: SharedFile, key: DpopKey): Promise<string> => {
  const { client_id, client_secret } = await client()
  const at = server.clock()
  const iat = Math.floor(at / 1000)
  const dpop = await dpopProof(key, { htu: `${server.settings.issuer}/oauth/token`, iat })
  const request = { headers: new Headers({ dpop }) }
  const form = parseForm(
    new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString(),
  )
  return (await answerTokenRequest(server, { request, route: 'token', at, now: iat, note: {} }, form))
    .access_token
}
