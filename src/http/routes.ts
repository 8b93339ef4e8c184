import type { Handler } from './answer.ts'
import { apps, removeApp, signOutBrowser } from './apps.ts'
import { authorizationRequest, decideAuthorizationRequest } from './authorization-request.ts'
import { authorize, authorizeByForm } from './authorize.ts'
import type { Cors } from './cors.ts'
import { jwks, metadata, openApiDocument } from './document.ts'
import { resume } from './hand-over.ts'
import { healthz, readyz } from './health.ts'
import { approveInteraction, denyInteraction, interaction } from './interactions.ts'
import { introspect } from './introspect.ts'
import { par } from './par.ts'
import { revoke } from './revoke.ts'
import { postSignIn, signIn } from './sign-in.ts'
import { postSignOut, signOut } from './sign-out.ts'
import { pageLogo, pageStyle } from './stylesheet.ts'
import { token } from './token.ts'
import { verify } from './verify.ts'

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
  /** GET answers HEAD too (HTTP-13), unless it acts. */
  readonly GET?: Handler
  /** Its GET does what is done once: keeps a request, gives a code. HEAD, which a look ahead sends, must not. */
  readonly acts?: true
  readonly POST?: Handler
  /** A proxy takes any 2xx of it for a yes, so that no method but its own may get one. */
  readonly isVerdict?: true
  readonly cors: Cors
  /** Who reads its refusals: a program (JSON), or a person (a page). */
  readonly refusals?: 'json' | 'page'
}

/** Every endpoint, one line each. */
export const routes = (): readonly Route[] => [
  {
    at: 'prefix',
    name: 'authorize',
    cors: 'none',
    refusals: 'page',
    acts: true,
    GET: authorize,
    POST: authorizeByForm,
  },
  {
    at: 'prefix',
    name: 'authorization_request',
    path: 'authorize/:request_id',
    cors: 'none',
    refusals: 'page',
    acts: true,
    GET: authorizationRequest,
    POST: decideAuthorizationRequest,
  },
  { at: 'prefix', name: 'par', cors: 'api', POST: par },
  { at: 'prefix', name: 'token', cors: 'api', POST: token },
  { at: 'prefix', name: 'revoke', cors: 'api', POST: revoke },
  { at: 'prefix', name: 'introspect', cors: 'none', POST: introspect },
  { at: 'prefix', name: 'verify', cors: 'none', GET: verify, isVerdict: true },
  { at: 'prefix', name: 'jwks', cors: 'document', GET: jwks },
  {
    at: 'prefix',
    name: 'openapi',
    path: 'openapi.json',
    cors: 'document',
    GET: openApiDocument(routes),
  },
  { at: 'prefix', name: 'page_style', path: 'page-:hash.css', cors: 'none', GET: pageStyle },
  { at: 'prefix', name: 'page_logo', path: 'logo-:hash', cors: 'none', GET: pageLogo },
  { at: 'prefix', name: 'sign-in', cors: 'none', refusals: 'page', GET: signIn, POST: postSignIn },
  { at: 'prefix', name: 'sign-out', cors: 'none', refusals: 'page', GET: signOut, POST: postSignOut },
  { at: 'prefix', name: 'apps', cors: 'none', refusals: 'page', GET: apps },
  {
    at: 'prefix',
    name: 'apps_remove',
    path: 'apps/remove',
    cors: 'none',
    refusals: 'page',
    POST: removeApp,
  },
  {
    at: 'prefix',
    name: 'apps_sign_out',
    path: 'apps/sign-out',
    cors: 'none',
    refusals: 'page',
    POST: signOutBrowser,
  },
  { at: 'prefix', name: 'interaction', path: 'interactions/:request_id', cors: 'none', GET: interaction },
  {
    at: 'prefix',
    name: 'interaction_approve',
    path: 'interactions/:request_id/approve',
    cors: 'none',
    POST: approveInteraction,
  },
  {
    at: 'prefix',
    name: 'interaction_deny',
    path: 'interactions/:request_id/deny',
    cors: 'none',
    POST: denyInteraction,
  },
  {
    at: 'prefix',
    name: 'interaction_resume',
    path: 'interactions/:request_id/resume',
    cors: 'none',
    refusals: 'page',
    acts: true,
    GET: resume,
  },
  { at: 'well-known', name: 'metadata', cors: 'document', GET: metadata },
  { at: 'root', name: 'healthz', cors: 'none', GET: healthz },
  { at: 'root', name: 'readyz', cors: 'none', GET: readyz() },
]
