/** More than any certificate takes, however it is written. Characters. */
const LONGEST = 16_384

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const ONE_BLOCK = /^\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/
/** Envoy's `X-Forwarded-Client-Cert`, of one hop: a comma outside of quotes begins another. */
const ONE_HOP = /^(?:[A-Za-z]+=(?:"(?:[^"\\]|\\.)*"|[^",;]*)(?:;|$))+$/
const CERT_OF_HOP = /(?:^|;)Cert="([^"]*)"/gi

/**
 * The DER of the one certificate that a proxy hands on; `undefined` where it is not well formed, or more than
 * one. As RFC 9440 section 2.2 has it, a byte sequence between colons; in base64 alone (Traefik, Caddy);
 * as PEM, percent-encoded (nginx's `$ssl_client_escaped_cert`); or as `Cert` among others (Envoy).
 */
export const forwardedCertificate = (header: string): Uint8Array | undefined => {
  const text = header.trim()
  if (text.length > LONGEST) return undefined
  const sequence = /^:([^:]*):$/.exec(text)?.[1] ?? text
  return BASE64.test(sequence) ? bytesOf(sequence) : pemBytes(certOfHop(text) ?? text)
}

const certOfHop = (text: string): string | undefined => {
  if (!ONE_HOP.test(text)) return undefined
  const [cert, ...more] = [...text.matchAll(CERT_OF_HOP)].map(([, value]) => value)
  return more.length === 0 ? cert : undefined
}

const pemBytes = (escaped: string): Uint8Array | undefined => {
  let pem: string
  try {
    pem = decodeURIComponent(escaped)
  } catch {
    return undefined
  }
  const base64 = ONE_BLOCK.exec(pem)?.[1]?.replace(/\s+/g, '')
  return base64 === undefined ? undefined : bytesOf(base64)
}

/** Node's decoder skips what is not base64; only what it would write itself is taken. */
const bytesOf = (base64: string): Uint8Array | undefined => {
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes : undefined
}
