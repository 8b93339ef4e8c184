/** What a server refuses, as a failure with its own words and a hint. */
import { Failure, failed } from './failure.ts'

/** What a server answered instead of what was asked for. */
export const refusal = async (response: Response): Promise<Failure> => {
  const text = await response.text()
  const { error, error_description } = membersOf(text)
  if (typeof error !== 'string') {
    return failed('server_unusable', `the server answers ${response.status}`, 'read the log of the server')
  }
  return refused(error, error_description)
}

const membersOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** A refusal in the server's own words (RFC 6749 sections 4.1.2.1 and 5.2). */
export const refused = (error: string, description: unknown): Failure => {
  const words = typeof description === 'string' ? `${error}: ${description}` : error
  if (error === 'access_denied') {
    return new Failure(3, 'flow_denied', `the answer is no: ${words}`, { hint: 'run it again to ask again' })
  }
  return failed('flow_refused', `the server refuses: ${words}`, HINTS[error] ?? 'oauthd client:show ID')
}

const HINTS: Readonly<Record<string, string>> = {
  invalid_client: 'is the secret right? oauthd client:rotate-secret ID gives a new one',
  unauthorized_client: 'oauthd client:update ID --grant … gives the client another grant',
  invalid_scope: 'oauthd client:show ID lists the scopes that the client has',
}
