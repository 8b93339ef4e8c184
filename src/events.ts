/** What every event says. */
interface Told {
  /** Epoch seconds. */
  readonly at: number
  readonly client_id: string
}

/** What each event says beside its type; no secret and no token is among it. */
interface Details {
  readonly client_created: Told
  /** `previous_secret_expires_at` in epoch seconds; absent when there was no live secret before. */
  readonly client_secret_rotated: Told & { readonly previous_secret_expires_at?: number }
  /** Every token of the client is dead with it. */
  readonly client_revoked: Told
  readonly authorization_approved: Told & {
    readonly sub: string
    readonly authorization_id: string
    /** Space-separated; may be empty. */
    readonly scope: string
  }
  /** `error` is what the client was told. */
  readonly authorization_denied: Told & { readonly error: string }
  readonly consent_revoked: Told & { readonly sub: string }
  readonly token_issued: Told & {
    readonly sub: string
    readonly grant_type: string
    readonly jti: string
    /** Space-separated; may be empty. */
    readonly scope: string
  }
  /**
   * One token by its `jti`, a refresh token with all beside it; or all under `authorization_id`, because
   * a code or a refresh token was used twice (`reason`).
   */
  readonly token_revoked: Told & {
    readonly sub?: string
    readonly jti?: string
    readonly token_type?: 'access_token' | 'refresh_token'
    readonly authorization_id?: string
    readonly reason?: 'code_reuse' | 'refresh_reuse'
  }
}

export type EventType = keyof Details

/** Something that has happened and is committed; `T` picks the type. */
export type OAuthEvent<T extends EventType = EventType> = {
  readonly [K in T]: Readonly<{ type: K }> & Details[K]
}[T]

/** Hears of an event; what it returns is not waited for. */
export type EventListener<T extends EventType = EventType> = (event: OAuthEvent<T>) => unknown

/** Who wants to hear what happens here, whether by HTTP or by a call. */
export interface Events {
  /** Told right behind the commit, so that events come in the order of the commits. */
  emit(event: OAuthEvent): void
  /** @returns takes the listener away again */
  on<T extends EventType>(type: T, listener: EventListener<T>): () => void
}

/** In the order of the contract. */
export const EVENT_TYPES: readonly EventType[] = [
  'client_created',
  'client_secret_rotated',
  'client_revoked',
  'authorization_approved',
  'authorization_denied',
  'consent_revoked',
  'token_issued',
  'token_revoked',
]

/**
 * @param onFault hears what a listener threw or rejected with; nobody else is harmed by it
 */
export const createEvents = (onFault: (fault: unknown, type: EventType) => void): Events => {
  const subscribed = new Map<EventType, ReadonlySet<(event: OAuthEvent) => unknown>>()

  const tell = async (listener: (event: OAuthEvent) => unknown, event: OAuthEvent): Promise<void> => {
    try {
      await listener(event)
    } catch (fault) {
      tellFault(fault, event.type)
    }
  }

  // Nobody waits for it: what the one who hears of faults throws would end the process.
  const tellFault = (fault: unknown, type: EventType): void => {
    try {
      onFault(fault, type)
    } catch {
      process.emitWarning(`a listener of ${type} failed, and so did the log`, 'OAuthdWarning')
    }
  }

  return {
    emit(event) {
      const listeners = subscribed.get(event.type)
      if (listeners === undefined) return
      // One object for all: what one of them writes on it must not reach the next.
      Object.freeze(event)
      for (const listener of listeners) void tell(listener, event)
    },
    on(type, listener) {
      // A function of its own for each call, so that two of one listener end one by one.
      const own = (event: OAuthEvent): unknown => (isOf(event, type) ? listener(event) : undefined)
      // Replaced, not changed: whoever is being told at the moment is told to the end.
      subscribed.set(type, new Set([...(subscribed.get(type) ?? []), own]))
      return () => {
        const rest = new Set([...(subscribed.get(type) ?? [])].filter((one) => one !== own))
        if (rest.size > 0) subscribed.set(type, rest)
        else subscribed.delete(type)
      }
    },
  }
}

const isOf = <T extends EventType>(event: OAuthEvent, type: T): event is OAuthEvent<T> & OAuthEvent =>
  event.type === type
