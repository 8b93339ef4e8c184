/** Certificates made here and now: authorities, servers, clients, of any time. */
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  type Extension,
  type JsonGeneralNames,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A certificate and its key: PEM, and DER in base64 as `x5c` has it. */
export interface Made {
  readonly cert: string
  readonly key: string
  readonly base64: string
  readonly public_jwk: Readonly<Record<string, unknown>>
  /** Signs another by this one. */
  issue(wanted: Wanted): Promise<Made>
}

export interface Wanted {
  /** As text or, for what text cannot say, as the values of each part; the first part first. */
  readonly name: string | JsonName
  readonly names?: JsonGeneralNames
  /** When now is, in epoch milliseconds; and days from then: it lives from a day ago on, for a week. */
  readonly now?: number
  readonly from?: number
  readonly to?: number
  readonly isAuthority?: boolean
}

type Keys = webcrypto.CryptoKeyPair

const DAY = 86_400_000

const make = async (
  wanted: Wanted,
  issuer?: { readonly name: Wanted['name']; readonly keys: Keys },
): Promise<Made> => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const { name, names, now = Date.now(), from = -1, to = 7, isAuthority = false } = wanted
  const extensions: Extension[] = [new BasicConstraintsExtension(isAuthority, undefined, true)]
  if (isAuthority) extensions.push(new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true))
  if (names !== undefined) extensions.push(new SubjectAlternativeNameExtension(names))
  const by = issuer ?? { name, keys }
  const certificate = await X509CertificateGenerator.create({
    subject: name,
    issuer: by.name,
    notBefore: new Date(now + from * DAY),
    notAfter: new Date(now + to * DAY),
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions,
  })
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', keys.publicKey)
  return {
    cert: certificate.toString('pem'),
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    base64: certificate.toString('base64'),
    public_jwk: { kty, crv, x, y },
    issue: (other) => make(other, { name, keys }),
  }
}

/** An authority, or whoever signs for itself. */
export const selfSigned = (wanted: Wanted): Promise<Made> => make(wanted)

export const authority = (name = 'CN=Authority', now: number = Date.now()): Promise<Made> =>
  make({ name, now, isAuthority: true })

/** What a server on this machine shows. */
export const localhost = (by: Made): Promise<Made> =>
  by.issue({
    name: 'CN=localhost',
    names: [
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ],
  })
