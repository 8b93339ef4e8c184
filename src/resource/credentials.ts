import type { Credentials } from './require.ts'

/** How much of a form is looked at: a token stands in front of that, or what is sent is no such form. */
const FORM_LIMIT = 65_536

/** How long its beginning is waited for: milliseconds. What comes later the route alone waits for. */
const FORM_PATIENCE = 1000

/** What a web request shows. A form is read from a clone, so that the route can read it still. */
export const webCredentials = (request: Request): Credentials => ({
  authorization: request.headers.get('authorization'),
  inQuery: hasTokenInQuery(request.url),
  inForm: () => isForm(request.headers.get('content-type')) && formHasToken(request),
})

/** What a request of `node:http` shows, and its body where something in front has parsed it. */
export const nodeCredentials = (request: NodeRequest): Credentials => {
  const { headers, url = '', body } = request
  return {
    authorization: authorizationOf(request),
    inQuery: hasTokenInQuery(url),
    inForm: () => isForm(headers['content-type'] ?? null) && hasTokenMember(body),
  }
}

interface NodeRequest {
  readonly headers: {
    readonly authorization?: string | undefined
    readonly 'content-type'?: string | undefined
  }
  /** A request that a test of somebody's makes up may have none. */
  readonly rawHeaders?: readonly string[]
  readonly url?: string | undefined
  readonly body?: unknown
}

/** RFC 9110 section 5.3: of several Node shows the first alone; here none is picked, as in a web request. */
const authorizationOf = ({ headers: { authorization }, rawHeaders = [] }: NodeRequest): string | null => {
  if (authorization === undefined) return null
  let joined: string | undefined
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (!isAuthorization(rawHeaders[at])) continue
    joined = joined === undefined ? authorization : `${joined}, ${rawHeaders[at + 1]}`
  }
  return joined ?? authorization
}

const isAuthorization = (name: string = ''): boolean =>
  name.length === 'authorization'.length && name.toLowerCase() === 'authorization'

const hasTokenInQuery = (url: string): boolean => {
  const at = url.indexOf('?')
  return at !== -1 && hasToken(url.slice(at + 1))
}

const hasToken = (form: string): boolean => new URLSearchParams(form).has('access_token')

const hasTokenMember = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && Object.hasOwn(body, 'access_token')

/** RFC 6750 section 2.2: the only form that ever carried one. */
const isForm = (content_type: string | null): boolean =>
  content_type !== null && /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(content_type)

const formHasToken = async (request: Request): Promise<boolean> => {
  if (request.method === 'GET' || request.method === 'HEAD') return false
  try {
    return hasToken(await beginningOf(request.clone()))
  } catch {
    // It was read before us, or was cut off: the route will find so too.
    return false
  }
}

const beginningOf = async ({ body }: Request): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  if (body === null) return text
  const reader = body.getReader()
  // Not awaited: it would wait for the route to be done with its half.
  const leave = (): void => void reader.cancel().catch(() => {})
  const late = setTimeout(leave, FORM_PATIENCE)
  try {
    while (text.length < FORM_LIMIT) {
      const { done, value } = await reader.read()
      if (done) return text
      text += decoder.decode(value, { stream: true })
    }
  } finally {
    clearTimeout(late)
  }
  leave()
  return text
}
