/** The targets of the project, and whether a figure meets them. Nothing fails by them: they are printed. */
import type { Kind } from './subject.ts'

export interface Target {
  readonly is: 'at least' | 'at most'
  readonly limit: number
  /** What would be better still. */
  readonly aim?: number
}

/** A target for each kind of request that has one. */
export type EndpointTargets = Readonly<Partial<Record<Kind, Target>>>

/** Server CPU: how many times it goes into that of the bare h3 handler. */
export const SHARE: EndpointTargets = {
  token: { is: 'at least', limit: 0.52, aim: 0.6 },
  introspect: { is: 'at least', limit: 0.68, aim: 0.75 },
  refresh: { is: 'at least', limit: 0.4 },
  code: { is: 'at least', limit: 0.4 },
  'jwt EdDSA': { is: 'at least', limit: 0.25 },
  'jwt ES256': { is: 'at least', limit: 0.2 },
}

/** Server CPU: how many times oauthd's goes into that of oidc-provider in memory. */
export const AGAINST_OIDC_PROVIDER: EndpointTargets = {
  token: { is: 'at least', limit: 2.4, aim: 3.3 },
  introspect: { is: 'at least', limit: 2.8, aim: 4 },
  refresh: { is: 'at least', limit: 2 },
  code: { is: 'at least', limit: 2 },
}

type Limited = 'ready' | 'version' | 'client_create' | 'token_introspect' | 'resident_idle' | 'resident_load'

/** Milliseconds of wall time, megabytes of resident memory. */
export const MOST: Readonly<Record<Limited, Target>> = {
  ready: { is: 'at most', limit: 150 },
  version: { is: 'at most', limit: 60 },
  client_create: { is: 'at most', limit: 120 },
  token_introspect: { is: 'at most', limit: 120 },
  resident_idle: { is: 'at most', limit: 90 },
  resident_load: { is: 'at most', limit: 180 },
}

/** Microseconds of CPU of a middleware check with the server in its process, beyond the route's own. */
export const CHECK: Target = { is: 'at most', limit: 12 }

/** `≥ 0.52 met, aim 0.60 missed by 0.04` */
export const judge = (value: number, { is, limit, aim }: Target, digits: number): string => {
  const against = (wanted: number): string => {
    const short = is === 'at least' ? wanted - value : value - wanted
    return short <= 0
      ? `${wanted.toFixed(digits)} met`
      : `${wanted.toFixed(digits)} missed by ${short.toFixed(digits)}`
  }
  const sign = is === 'at least' ? '≥' : '≤'
  return aim === undefined ? `${sign} ${against(limit)}` : `${sign} ${against(limit)}, aim ${against(aim)}`
}
