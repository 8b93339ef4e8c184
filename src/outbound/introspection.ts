import { INACTIVE, type Introspection } from '../protocol/access-token.ts'
import { OAuthError } from '../protocol/error.ts'
import { readIntrospection } from '../protocol/introspection-answer.ts'
import { discovered } from './discovery.ts'
import { type Asking, askJson } from './json.ts'

/** Who asks whom. */
export interface Caller {
  readonly issuer: string
  readonly client_id: string
  readonly client_secret: string
}

/**
 * One question about a token.
 *
 * @param leaves called before the request may have left: who comes later needs an answer of its own
 */
export type Ask = (token: string, leaves: () => void) => Promise<Introspection>

/** What the server reads of a form: a token that fills more, percent-encoded, is none of its own. Bytes. */
const LONGEST_FORM = 65_536

/**
 * Asks the introspection endpoint of an issuer (RFC 7662 section 2.1) as a confidential client.
 *
 * @returns a function that throws {OAuthError} `temporarily_unavailable` when the answer
 *   cannot be had; its `cause` says why
 */
export const introspectionOf = (caller: Caller, asking: Asking = {}): Ask => {
  const endpoint = discovered(caller.issuer, 'introspection_endpoint', asking)
  const headers = {
    authorization: basicCredentials(caller.client_id, caller.client_secret),
    'content-type': 'application/x-www-form-urlencoded',
  }
  const ask: Ask = async (token, leaves) => {
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString()
    if (body.length > LONGEST_FORM) return INACTIVE
    const url = await endpoint.address()
    leaves()
    const told = await askJson(url, { method: 'POST', headers, body }, asking)
    if (told.status === 401) throw new Error(`${url} answered 401: client_id or client_secret is wrong`)
    if (told.status !== 200) throw new Error(`${url} answered ${told.status}`)
    return readIntrospection(told.body, caller.issuer)
  }
  return (token, leaves) =>
    ask(token, leaves).catch((cause: unknown) => {
      // The server may have moved: its metadata says where it is now.
      endpoint.forget()
      throw new OAuthError('temporarily_unavailable', 'whether the token is live cannot be told now', {
        cause,
      })
    })
}

/** RFC 6749 section 2.3.1: both are form-encoded before they are joined. */
export const basicCredentials = (client_id: string, client_secret: string): string =>
  `Basic ${Buffer.from(`${formEncode(client_id)}:${formEncode(client_secret)}`).toString('base64')}`

const formEncode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)
