import { H3 } from 'h3'
import { createNodeListener } from './http/listener.ts'
import type { OAuthServer } from './library.ts'

/** A host that does not use the server is not made to keep a database or a secret for it. */
export const disabled = (): OAuthServer => {
  const refusal = (): Error => new Error('oauthd is disabled: pass enabled: true, or set OAUTHD_ENABLED=true')
  const refuse = async (): Promise<never> => {
    throw refusal()
  }
  const refuseNow = (): never => {
    throw refusal()
  }
  const app = new H3().all('/**', () => new Response(null, { status: 404 }))
  return {
    clients: {
      create: refuse,
      get: refuse,
      list: refuse,
      update: refuse,
      rotateSecret: refuse,
      revoke: refuse,
    },
    consents: { list: refuse, revoke: refuse },
    validateAuthorizationRequest: refuse,
    approveAuthorizationRequest: refuse,
    denyAuthorizationRequest: refuse,
    issueToken: refuse,
    introspect: refuse,
    revokeToken: refuse,
    verify: refuse,
    protectedResourceMetadata: refuseNow,
    on: refuseNow,
    app: new H3(),
    fetch: async (request) => app.fetch(request),
    node: createNodeListener(app, () => false),
    close: async () => {},
  }
}
