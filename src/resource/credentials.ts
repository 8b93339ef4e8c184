import type { Credentials } from './require.ts'

/** How much of a form is looked at: a token stands in front of that, or what is sent is no such form. */
const FORM_LIMIT = 65_536

/** What a web request shows. A form is read from a clone, so that the route can read it still. */
export const webCredentials = (request: Request): Credentials => ({
  authorization: request.headers.get('authorization'),
  inQuery: hasTokenInQuery(request.url),
  inForm: () => isForm(request.headers.get('content-type')) && formHasToken(request),
})

/** What a request of `node:http` shows, and its body where something in front has parsed it. */
export const nodeCredentials = (request: {
  readonly headers: {
    readonly authorization?: string | undefined
    readonly 'content-type'?: string | undefined
  }
  readonly url?: string | undefined
  readonly body?: unknown
}): Credentials => {
  const { headers, url = '', body } = request
  return {
    authorization: headers.authorization ?? null,
    inQuery: hasTokenInQuery(url),
    inForm: () => isForm(headers['content-type'] ?? null) && hasTokenMember(body),
  }
}

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
  while (text.length < FORM_LIMIT) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
  }
  // Not awaited: it would wait for the route to be done with its half.
  reader.cancel().catch(() => {})
  return text
}
