import type { Form } from './form.ts'

/** HTTP-06: the parameters of an authorization request; what is not known is ignored, and not carried on. */
const KNOWN: ReadonlySet<string> = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
  'login_hint',
  'ui_locales',
  'authorization_details',
  'dpop_jkt',
])

export const isAuthorizationParameter = (name: string): boolean => KNOWN.has(name)

/** What of a form is an authorization request's, as it is carried on or kept. */
export const authorizationParameters = ({ values, resource }: Form): URLSearchParams =>
  new URLSearchParams([
    ...[...values].filter(([name]) => KNOWN.has(name)),
    ...resource.map((uri): [string, string] => ['resource', uri]),
  ])
