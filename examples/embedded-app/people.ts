import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { getCookie, type H3Event } from 'h3'
import type { ValidatedAuthorization } from 'oauthd'

/** The app's people. Each password is the name three times: `anaanaana`, `bobobo`. */
const USERS: Readonly<
  Record<
    string,
    { readonly sub: string; readonly tenant: number; readonly salt: string; readonly hash: string }
  >
> = {
  ana: {
    sub: 'user-1',
    tenant: 42,
    salt: '3m6rCNmC35M2',
    hash: '3DxvtqWseXvGgfDMkQCNC3rgkhRZ2AXwiNo1jDlj0Hc',
  },
  bo: { sub: 'user-2', tenant: 7, salt: 'H2Yoq52aaJ-n', hash: 'tLk7CZLvw52S4UcKqkG20DdcjodswcIKwqupakxRo9Q' },
}
const NOBODY = { sub: '', tenant: 0, salt: 'nobody', hash: '' }

export interface Session {
  readonly sub: string
  readonly tenant: number
  readonly username: string
  /** Epoch seconds. */
  readonly auth_time: number
  /** The page that the sign-in was for. */
  readonly back: string
  /** What the consent page was shown for. */
  readonly asked: Map<string, ValidatedAuthorization>
}

const sessions = new Map<string, Session>()

/** Who is signed in in the browser that sends this. */
export const sessionOf = (event: H3Event): Session | undefined =>
  sessions.get(getCookie(event, 'app_session') ?? '')

/** Begins a session; gives its cookie. */
export const begin = (session: Session): string => {
  const key = randomBytes(32).toString('base64url') // A new one at every sign-in.
  sessions.set(key, session)
  return `app_session=${key}; Path=/; HttpOnly; SameSite=Lax` // And Secure, once it is https.
}

/** An unknown name costs the same time as a wrong password. */
export const signIn = (username: string, password: string, back: string): Session | undefined => {
  const { sub, tenant, salt, hash } = (Object.hasOwn(USERS, username) && USERS[username]) || NOBODY
  const [made, kept] = [scryptSync(password, salt, 32), Buffer.from(hash, 'base64url')]
  if (made.length !== kept.length || !timingSafeEqual(made, kept)) return undefined
  return { sub, tenant, username, auth_time: Math.floor(Date.now() / 1000), back, asked: new Map() }
}
