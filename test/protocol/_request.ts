/** An authorization request, sound but for what is given. */
import type { Client } from '../../src/protocol/client-metadata.ts'
import { type LooseForm, parseLoosely } from '../../src/protocol/loose-form.ts'
import { literalClient } from '../_step.ts'

export const CALLBACK = 'https://a.example/cb'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export const client = (given: Partial<Client> = {}): Client =>
  literalClient({
    client_id: 'cl_1',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [CALLBACK],
    ...given,
  })

export type Given = Readonly<Record<string, string | undefined>>

export const form = (given: Given = {}): LooseForm => {
  const all = {
    client_id: 'cl_1',
    redirect_uri: CALLBACK,
    response_type: 'code',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...given,
  }
  const pairs = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return parseLoosely(pairs.join('&'))
}
