/** What clients sign for one request: made by the thousand before a run, so without promises. */
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

export interface SigningKey {
  readonly private_key: KeyObject
  readonly public_jwk: Readonly<Record<string, unknown>>
}

export const newSigningKey = (): SigningKey => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { private_key: privateKey, public_jwk: { ...publicKey.export({ format: 'jwk' }) } }
}

/** RFC 7523. */
export const assertion = (key: SigningKey, client_id: string, aud: string): string => {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: client_id, sub: client_id, aud, jti: randomUUID(), iat, exp: iat + 300 }
  return jws(key, { typ: 'client-authentication+jwt' }, claims)
}

/** RFC 9449. */
export const dpopProof = (key: SigningKey, htu: string): string => {
  const iat = Math.floor(Date.now() / 1000)
  return jws(key, { typ: 'dpop+jwt', jwk: key.public_jwk }, { jti: randomUUID(), htm: 'POST', htu, iat })
}

/** RFC 7515 section 3.1, ES256. */
const jws = ({ private_key }: SigningKey, header: object, claims: object): string => {
  const parts = [{ alg: 'ES256', ...header }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signed = parts.join('.')
  const signature = sign('sha256', Buffer.from(signed), { key: private_key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
