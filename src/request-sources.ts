/**
 * Where the parameters of an authorization request stand: in the URL, in an object that the client signed
 * (RFC 9101), or with us, where the client pushed them (RFC 9126). Of the last two nothing else counts.
 */
import { pushedRequestIsOver } from './actions/pushed-request.ts'
import { clientKeys } from './client-keys.ts'
import { signatureProblem } from './crypto/client-jwt.ts'
import { signingAlgorithms } from './protocol/algorithms.ts'
import { readClientId } from './protocol/authorization-request.ts'
import { jwtContent } from './protocol/client-jwt.ts'
import type { Client } from './protocol/client-metadata.ts'
import { OAuthError } from './protocol/error.ts'
import { isFapi } from './protocol/fapi.ts'
import { type LooseForm, parseLoosely } from './protocol/loose-form.ts'
import { pushedToken } from './protocol/pushed-request.ts'
import type { RequestForm } from './protocol/request-manner.ts'
import { badObject, readRequestObject } from './protocol/request-object.ts'
import type { Server } from './server.ts'
import { findPushedRequest, type PushedRequest } from './store/pushed-request.ts'

/** The parameters that count, and where they were found. */
export interface Requested extends RequestForm {
  /** What the client pushed, when they come from there. */
  readonly pushed: PushedRequest | undefined
}

/**
 * Finds what is asked for. What names no client of ours, or nothing that this server would look up, stays
 * as it is: whoever examines it refuses it.
 *
 * @param late how long ago a request object may have ended: longer where it was seen before. Seconds
 * @throws {OAuthError} shown as a page: nothing says yet where else
 */
export const requestedBy = async (
  server: Server,
  form: LooseForm,
  { now, late }: { readonly now: number; readonly late?: number | undefined },
): Promise<Requested> => {
  const request_uri = form.values.get('request_uri')
  const request = form.values.get('request')
  const token = request_uri === undefined ? undefined : pushedToken(request_uri)
  const plain = { form, isPushed: false, isSigned: false, pushed: undefined }
  if (token === undefined && request === undefined) return plain
  const registered = await (await server.registry.latest()).client(readClientId(form))
  if (registered === undefined || registered.client.revoked_at !== null) return plain
  const { client } = registered
  // RFC 9101 section 5: one or the other.
  const names = (source: string): boolean => form.values.has(source) || form.faults.has(source)
  if (names('request_uri') && names('request')) {
    throw new OAuthError('invalid_request', 'request and request_uri exclude each other', { page: 'request' })
  }
  if (token !== undefined) return pushedBefore(server, client, token, now)
  if (request === undefined || !hasKeys(client)) return plain
  return { ...plain, form: await signedForm(server, client, request, { now, late }), isSigned: true }
}

/** Whether there is anything to check a request object by (AZ-14: else it is not supported). */
const hasKeys = ({ jwks, jwks_uri }: Client): boolean => jwks !== null || jwks_uri !== null

/** PAR-03, PAR-04: looked up by its hash, for the client that pushed it, while it lives. */
const pushedBefore = async (
  server: Server,
  { client_id, client_name }: Client,
  token: string,
  now: number,
): Promise<Requested> => {
  const presented = server.secrets.present(token)
  const pushed =
    presented?.kind === 'pushed_request'
      ? await server.store.read(findPushedRequest(presented.id))
      : undefined
  const isTheirs =
    pushed !== undefined &&
    presented?.matches({ token_hash: pushed.request_hash, hash_key_id: pushed.hash_key_id }) === true &&
    pushed.client_id === client_id &&
    pushed.expires_at > now
  if (!isTheirs) throw pushedRequestIsOver(client_name)
  const { parameters, is_signed } = pushed
  return { form: parseLoosely(parameters), isPushed: true, isSigned: is_signed === 1, pushed }
}

/** JAR-01, JAR-02: signed by a key of the client, by an algorithm that both of us take. */
const signedForm = async (
  server: Server,
  client: Client,
  request: string,
  { now, late }: { readonly now: number; readonly late?: number | undefined },
): Promise<LooseForm> => {
  const { client_id, request_object_signing_alg: alg, profile } = client
  const taken = signingAlgorithms(isFapi({ profile }))
  const algorithms = alg === null ? taken : taken.filter((one) => one === alg)
  const problem = await signatureProblem(request, clientKeys(server, client), algorithms)
  if (problem !== undefined) throw badObject('its signature is not by a key of the client', problem)
  const content = jwtContent(request)
  if (content === undefined) throw badObject('it is no JWT')
  return readRequestObject(content, { client_id, issuer: server.settings.issuer, now, late })
}
