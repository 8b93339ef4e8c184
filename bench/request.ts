/** One POST of a form, as the load generator repeats it. */
export interface FormRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Credentials {
  readonly client_id: string
  readonly client_secret: string
}

/** RFC 6749 section 2.3.1. */
export const formRequest = (
  path: string,
  { client_id, client_secret }: Credentials,
  form: Readonly<Record<string, string>>,
): FormRequest => {
  const pair = `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`
  return {
    path,
    headers: {
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(form).toString(),
  }
}

/** Sends one request and gives its answer. @throws {Error} when it is not a 200 or 201 with JSON */
export const ask = async (url: string, request: FormRequest): Promise<Readonly<Record<string, unknown>>> => {
  const { path, headers, body } = request
  const response = await fetch(url + path, { method: 'POST', headers, body })
  const text = await response.text()
  if (response.status !== 200 && response.status !== 201)
    throw new Error(`${url}${path} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text) as Record<string, unknown>
}
