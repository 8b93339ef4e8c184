/** A verifier of somebody's own, and what each program of this folder shows: it runs, and its types hold. */
import type { Principal, Verifier } from 'oauthd/web'

const ana: Principal = {
  client_id: 'cl_1',
  sub: 'ana',
  user: 'ana',
  grant_type: 'authorization_code',
  scope: 'a',
  scopes: ['a'],
  claims: {},
  aud: [],
  jti: 'oat_1',
  exp: 0,
  can: (scope) => scope === 'a',
}

export const tokens: Verifier = {
  verify: async (token) => (token === 'good' ? ana : undefined),
}

/** Asks without a token and with one, and prints what came. */
export const ask = async (
  fetched: (init: RequestInit) => Promise<Response>,
  token: string = 'good',
): Promise<void> => {
  for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
    const answer = await fetched({ headers })
    const text = await answer.text()
    console.log(answer.status, answer.ok ? text : answer.headers.get('www-authenticate'))
  }
}
