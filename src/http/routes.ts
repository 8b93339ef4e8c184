import type { Handler } from './answer.ts'
import type { Cors } from './cors.ts'
import { jwks, metadata } from './document.ts'
import { healthz, readyz } from './health.ts'
import { introspect } from './introspect.ts'
import { revoke } from './revoke.ts'
import { token } from './token.ts'

/** One endpoint: where it is, what it answers, who in a browser may read it. */
export interface Route {
  /**
   * `prefix`: under `/oauth`; `root`: at the top; `well-known`: RFC 8414 section 3, by the issuer;
   * `anywhere`: where nothing is, for any method.
   */
  readonly at: 'prefix' | 'root' | 'well-known' | 'anywhere'
  readonly name: string
  /** GET answers HEAD too (HTTP-13). */
  readonly method: 'GET' | 'POST'
  readonly cors: Cors
  readonly handler: Handler
}

/** Every endpoint, one line each. */
export const routes = (): readonly Route[] => [
  { at: 'prefix', name: 'token', method: 'POST', cors: 'api', handler: token },
  { at: 'prefix', name: 'revoke', method: 'POST', cors: 'api', handler: revoke },
  { at: 'prefix', name: 'introspect', method: 'POST', cors: 'none', handler: introspect },
  { at: 'prefix', name: 'jwks', method: 'GET', cors: 'document', handler: jwks },
  { at: 'well-known', name: 'metadata', method: 'GET', cors: 'document', handler: metadata },
  { at: 'root', name: 'healthz', method: 'GET', cors: 'none', handler: healthz },
  { at: 'root', name: 'readyz', method: 'GET', cors: 'none', handler: readyz() },
]
