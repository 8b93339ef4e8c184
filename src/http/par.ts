import { examined, identified } from '../authorizations.ts'
import { authorizationParameters } from '../protocol/authorization-parameters.ts'
import { agreedJkt } from '../protocol/dpop.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import { PUSHED_LIFETIME, requestUri } from '../protocol/pushed-request.ts'
import { requestedBy } from '../request-sources.ts'
import type { Server } from '../server.ts'
import { insertPushedRequest, type PushedRequest } from '../store/pushed-request.ts'
import { type Exchange, type Handler, json } from './answer.ts'
import { readForm } from './body.ts'
import { authenticateClient } from './client.ts'
import { dpopOf, nonceHeader, onceProven } from './dpop.ts'
import { takePushedRoom } from './request-room.ts'

/** POST /oauth/par (RFC 9126 section 2): what authorize would be asked, by a client that says who it is. */
export const par: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  const client = await authenticateClient(server, await server.registry.latest(), exchange, form)
  if (form.values.has('request_uri')) {
    throw new OAuthError('invalid_request', 'request_uri is what this endpoint answers: send the parameters')
  }
  const { client_id } = client
  const { parameters, isSigned, dpop_jkt } = await sound(server, exchange, client_id, form)
  const proof = await dpopOf(server, exchange, client)
  const jkt = agreedJkt(dpop_jkt, proof?.jkt)
  if (jkt !== null) parameters.set('dpop_jkt', jkt)
  const kept = parameters.toString()
  const full = takePushedRoom(server, exchange, client, kept)
  if (full !== undefined) throw full
  const { clear, id, hash, hash_key_id } = server.secrets.mint('pushed_request', exchange.at)
  const pushed: PushedRequest = {
    pushed_id: id,
    request_hash: hash,
    hash_key_id,
    client_id,
    parameters: kept,
    is_signed: isSigned ? 1 : 0,
    created_at: exchange.now,
    expires_at: exchange.now + PUSHED_LIFETIME,
    used_at: null,
    request_id: null,
  }
  const refused = await server.store.write(onceProven(proof, () => insertPushedRequest(pushed)))
  if (refused !== undefined) throw refused
  exchange.note['pushed'] = id
  return json({ request_uri: requestUri(clear), expires_in: PUSHED_LIFETIME }, 201, nonceHeader(exchange))
}

interface Sound {
  /** Those that count. */
  readonly parameters: URLSearchParams
  readonly isSigned: boolean
  readonly dpop_jkt: string | null
}

/** PAR-01: all that authorize would refuse is refused here; only what was found sound is kept. */
const sound = async (
  server: Server,
  exchange: Exchange,
  client_id: string,
  { values, resource }: Form,
): Promise<Sound> => {
  // Basic authentication says who it is beside the form, in which it may be left out.
  const form = { values: new Map([...values, ['client_id', client_id]]), resource, faults: NO_FAULTS }
  const requested = await requestedBy(server, form, exchange)
  const who = await identified(server, requested.form, exchange)
  const { dpop_jkt } = await examined(server, { ...requested, isPushed: true }, who)
  return { parameters: authorizationParameters(requested.form), isSigned: requested.isSigned, dpop_jkt }
}

const NO_FAULTS: ReadonlyMap<string, OAuthError> = new Map()
