import { OAuthError } from '../protocol/error.ts'
import { type Form, parseForm, refuseSecretsInQuery } from '../protocol/form.ts'
import { type LooseForm, parseLoosely, withQuery } from '../protocol/loose-form.ts'
import type { Server } from '../server.ts'
import type { Exchange } from './answer.ts'

/** HTTP-09: no form of the protocol comes near this. Bytes. */
export const BODY_LIMIT = 65_536

const FORM = /^application\/x-www-form-urlencoded\s*(?:;\s*charset="?utf-8"?\s*)?$/i
const JSON_TYPE = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i

/**
 * Reads the form of a POST in the order of ERR-08: size, content type, duplicates. From here on the
 * time of the exchange is the one at which its body had come.
 * @throws {OAuthError} `invalid_request` for anything but a well-formed form (HTTP-03 to HTTP-06)
 */
export const readForm = async (server: Pick<Server, 'clock'>, exchange: Exchange): Promise<Form> => {
  const form = parseForm(await readFormText(server, exchange))
  if (exchange.search !== '') refuseSecretsInQuery(exchange.search, form)
  return form
}

/**
 * Reads the form of an authorization request (HTTP-02): single faulty parameters are told apart, since
 * the client may be told of them.
 * @throws {OAuthError} `invalid_request` when it is no form at all
 */
export const readLooseForm = async (server: Pick<Server, 'clock'>, exchange: Exchange): Promise<LooseForm> =>
  withQuery(parseLoosely(await readFormText(server, exchange)), exchange.search)

/**
 * Reads a JSON body, under the same limits. No body at all is an empty object.
 * @throws {OAuthError} `invalid_request` for anything but well-formed JSON
 */
export const readJson = async (server: Pick<Server, 'clock'>, exchange: Exchange): Promise<unknown> => {
  const text = await readTyped(server, exchange, JSON_TYPE, 'application/json')
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new OAuthError('invalid_request', 'the body is not well-formed JSON')
  }
}

const readFormText = (server: Pick<Server, 'clock'>, exchange: Exchange): Promise<string> =>
  readTyped(server, exchange, FORM, 'application/x-www-form-urlencoded')

/** From here on the time of the exchange is the one at which its body had come. */
const readTyped = async (
  { clock }: Pick<Server, 'clock'>,
  exchange: Exchange,
  type: RegExp,
  name: string,
): Promise<string> => {
  const { request } = exchange
  const { headers } = request
  const length = headers.get('content-length')
  if (Number(length ?? 0) > BODY_LIMIT) throw tooLarge()
  const content_type = headers.get('content-type')
  if (content_type !== null && !type.test(content_type)) throw wrongType(name)
  let text: string
  try {
    // A length that was told is kept by whoever parses HTTP; without one nobody may have set a limit.
    text = await (length === null ? readLimited(request.body) : request.text())
  } catch (cause) {
    throw unread(cause)
  }
  exchange.at = clock()
  exchange.now = Math.floor(exchange.at / 1000)
  if (content_type === null && text !== '') throw wrongType(name)
  return text
}

const unread = (cause: unknown): OAuthError => {
  if (cause instanceof OAuthError) return cause
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BODY_TOO_LARGE') return tooLarge()
  return new OAuthError('invalid_request', 'the body could not be read to its end', { cause })
}

/** HTTP-09: what is over the limit is not read. */
const readLimited = async (body: AsyncIterable<Uint8Array> | null): Promise<string> => {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > BODY_LIMIT) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const tooLarge = (): OAuthError =>
  new OAuthError('invalid_request', `the body is larger than ${BODY_LIMIT} bytes`, { status: 413 })

const wrongType = (name: string): OAuthError => new OAuthError('invalid_request', `the body must be ${name}`)
