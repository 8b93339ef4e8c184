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
  /** The path below its place where it is not the name; `:id` is a parameter of the exchange. */
  readonly path?: string
  /** GET answers HEAD too (HTTP-13). */
  readonly GET?: Handler
  readonly POST?: Handler
  readonly cors: Cors
  /** Who reads its refusals: a program (JSON), or a person (a page). */
  readonly refusals?: 'json' | 'page'
}

/** Every endpoint, one line each. */
export const routes = (): readonly Route[] => [
  { at: 'prefix', name: 'token', cors: 'api', POST: token },
  { at: 'prefix', name: 'revoke', cors: 'api', POST: revoke },
  { at: 'prefix', name: 'introspect', cors: 'none', POST: introspect },
  { at: 'prefix', name: 'jwks', cors: 'document', GET: jwks },
  { at: 'well-known', name: 'metadata', cors: 'document', GET: metadata },
  { at: 'root', name: 'healthz', cors: 'none', GET: healthz },
  { at: 'root', name: 'readyz', cors: 'none', GET: readyz() },
]
