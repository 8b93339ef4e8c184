import type { Minted } from '../crypto/secret.ts'
import type { Server } from '../server.ts'
import { findSession } from '../store/session.ts'
import type { Exchange } from './answer.ts'
import { cookie, readCookie } from './cookie.ts'

/** Who is signed in in a browser. */
export interface SignedIn {
  readonly session_id: string
  readonly sub: string
  readonly username: string
  /** When the password was given. Epoch seconds. */
  readonly auth_time: number
}

const TOKEN = /^ose_[\w-]{75}$/

/**
 * Who is signed in, read from the row at every request: a session that was ended elsewhere is over
 * for the next one (PG-09).
 */
export const currentSession = async (server: Server, exchange: Exchange): Promise<SignedIn | undefined> => {
  const clear = readCookie(server, exchange, 'session', TOKEN)
  const presented = clear === undefined ? undefined : server.secrets.present(clear)
  if (presented === undefined) return undefined
  const session = await server.store.read(findSession(presented.id))
  if (session === undefined || session.expires_at <= exchange.now) return undefined
  const { session_id, session_hash, hash_key_id, sub, username, auth_time } = session
  if (!presented.matches({ token_hash: session_hash, hash_key_id })) return undefined
  return { session_id, sub, username, auth_time }
}

/** The cookie of a new session; it lasts as long as the session does. */
export const sessionCookie = (server: Server, { clear }: Minted): string =>
  cookie(server, 'session', clear, server.settings.session_ttl)

/** Takes the session's cookie away. */
export const noSessionCookie = (server: Server): string => cookie(server, 'session', '', 0)
