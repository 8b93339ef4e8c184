import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../protocol/principal.ts'
import { nodeCredentials } from './credentials.ts'
import { type Guards, guardsFor } from './guards.ts'
import type { RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

declare module 'fastify' {
  interface FastifyRequest {
    /** Behind the preHandler: who the request speaks for. */
    oauth: Principal
  }
}

/** A preHandler of Fastify 5; the principal is at `request.oauth`. */
export type OAuthPreHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

const guards = guardsFor(
  (guard): OAuthPreHandler =>
    async (request, reply) => {
      const { headers, url, body, raw } = request
      const outcome = await guard(nodeCredentials({ headers, rawHeaders: raw.rawHeaders, url, body }))
      if (outcome.kind === 'pass') {
        request.oauth = outcome.principal
        return
      }
      const { refusal } = outcome
      // RFC 8259 section 11: JSON has no charset; Fastify would add one to a string.
      return reply.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body))
    },
)

/** Lets through whoever brings a live access token; else 401. */
export const requireToken: Guards<OAuthPreHandler>['requireToken'] = guards.requireToken

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope: Guards<OAuthPreHandler>['requireScope'] = guards.requireScope

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope: Guards<OAuthPreHandler>['requireAnyScope'] = guards.requireAnyScope

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient: Guards<OAuthPreHandler>['requireClient'] = guards.requireClient
