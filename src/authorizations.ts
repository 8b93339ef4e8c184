import { audited } from './actions/audit.ts'
import { type Approval, type Approved, approveRequest } from './actions/authorization.ts'
import { newId } from './crypto/secret.ts'
import type { AuditEvent } from './protocol/audit.ts'
import { typeProblem } from './protocol/authorization-details.ts'
import {
  type AuthorizationRequest,
  examine,
  type Identified,
  identify,
  readClientId,
} from './protocol/authorization-request.ts'
import { OAuthError } from './protocol/error.ts'
import type { LooseForm } from './protocol/loose-form.ts'
import { knownResources } from './protocol/protected-resource.ts'
import { differences } from './protocol/redirect-uri.ts'
import { type RequestForm, requireManner } from './protocol/request-manner.ts'
import { PREFIX } from './protocol/token-form.ts'
import { longestTtl } from './protocol/token-target.ts'
import type { Server } from './server.ts'

/** When something is asked, and what its lines in the log are found by; a call has no id. */
export interface Occasion {
  /** Epoch milliseconds, and whole seconds. */
  readonly at: number
  readonly now: number
  readonly request_id?: string
  /** The name of the endpoint. */
  readonly route?: string
}

/**
 * AZ-02: who asks and where the answer goes; until both are sound a person is told, and no client.
 *
 * @throws {OAuthError} shown as a page
 */
export const identified = async (
  server: Server,
  form: LooseForm,
  { request_id }: Pick<Occasion, 'request_id'> = {},
): Promise<Identified> => {
  const registered = await (await server.registry.latest()).client(readClientId(form))
  try {
    return identify(form, registered?.client)
  } catch (thrown) {
    if (thrown instanceof OAuthError && thrown.page === 'redirect' && registered !== undefined) {
      // What is registered is for the operator alone: on the page it would tell a stranger.
      const { client_id, redirect_uris } = registered.client
      const redirect_uri = form.values.get('redirect_uri')
      const [first = ''] = redirect_uris
      const differs = redirect_uri === undefined ? [] : differences(first, redirect_uri)
      server.log.warn({ request_id, client_id, redirect_uri, redirect_uris, differs }, 'redirect_uri refused')
    }
    throw thrown
  }
}

/**
 * Everything else that is asked for, and whether it came as it has to.
 *
 * @throws {OAuthError} which the client is told
 */
export const examined = async (
  server: Server,
  requested: RequestForm,
  who: Identified,
): Promise<AuthorizationRequest> => {
  requireManner(server.settings, who.client, requested)
  const registered = await server.registry.latest()
  const request = examine(requested.form, who, await registered.defaultScopes())
  const refused = typeProblem(
    request.authorization_details,
    server.settings.authorization_details,
    who.client,
  )
  if (refused !== undefined) throw refused
  const resource = knownResources(await registered.resources(), request.resource)
  if (resource instanceof OAuthError) throw resource
  return { ...request, resource }
}

/** A code minted for an approval, and the approval. */
export interface Granted {
  readonly code: string
  readonly approved: Approved
}

/** Makes an authorization and its code; a stored request is answered by that, once. */
export const allow = async (
  server: Server,
  occasion: Occasion,
  allowed: Omit<Approval, 'fresh' | 'now' | 'lifetimes'>,
): Promise<Granted | OAuthError> => {
  const { at, now, request_id } = occasion
  const code = server.secrets.mint('authorization_code', at)
  const fresh = { authorization_id: newId(PREFIX.authorization, at), code }
  const resources = await (await server.registry.latest()).resources()
  const { settings } = server
  const { access_token_ttl } = settings
  // Where no refresh follows, the approval lasts as long as the one token.
  const longest = longestTtl(allowed.request.resource, { resources, access_token_ttl })
  const lifetimes = { ...settings, access_token_ttl: longest }
  const approval: Approval = { ...allowed, fresh, now, lifetimes }
  const { client_id } = allowed.client
  const { sub } = allowed.person
  const { answer, decided_by } = allowed
  const approved = await server.store.write(() =>
    audited(server.audit(occasion), approveRequest(approval), (done) => {
      if (done instanceof OAuthError) return undefined
      const { authorization_id, scope } = done
      const detail = { scope, answer, ...(decided_by === undefined ? {} : { decided_by }) }
      return { type: 'authorization_approved', client_id, sub, authorization_id, detail }
    }),
  )
  if (approved instanceof OAuthError) return approved
  const { authorization_id, scope } = approved
  server.events.emit({ type: 'authorization_approved', at: now, client_id, sub, authorization_id, scope })
  server.log.info({ request_id, client_id, sub, authorization_id }, 'authorization_approved')
  return { code: code.clear, approved }
}

/** What the audit trail says of a refusal that answered a request; nothing, where that was over. */
export const denial =
  ({ client_id, error }: { readonly client_id: string; readonly error: string }) =>
  (over: OAuthError | undefined): AuditEvent | undefined =>
    over === undefined ? { type: 'authorization_denied', client_id, detail: { error } } : undefined

/** Tells that somebody said no, or could not be asked. */
export const tellDenied = (
  server: Pick<Server, 'events' | 'log'>,
  { now: at, request_id }: Omit<Occasion, 'at'>,
  { client_id, error }: { readonly client_id: string; readonly error: string },
): void => {
  server.events.emit({ type: 'authorization_denied', at, client_id, error })
  server.log.info({ request_id, client_id, error }, 'authorization_denied')
}
