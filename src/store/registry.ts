import type { Client } from '../protocol/client-metadata.ts'
import type { Resources } from '../protocol/protected-resource.ts'
import { findClient, findFirstClient } from './client.ts'
import { type ClientSecret, listClientSecrets } from './client-secret.ts'
import { mapResources } from './resource.ts'
import { listScopes } from './scope.ts'
import type { Store, Work } from './work.ts'

/** A client with the secrets it may authenticate with, as one snapshot. */
export interface RegisteredClient {
  readonly client: Client
  readonly secrets: readonly ClientSecret[]
}

/**
 * What every request needs and few requests change: clients parsed, default scopes, resources. Kept only while
 * `store.generation()` stays the same, so that a change by any process holds for the next request.
 */
export interface Registry {
  /** What holds now. Each request asks for it once, after it has come in. */
  latest(): Promise<Registered>
}

/** What is remembered is given at once, what is not is read. */
export interface Registered {
  client(client_id: string): RegisteredClient | undefined | Promise<RegisteredClient | undefined>
  defaultScopes(): readonly string[] | Promise<readonly string[]>
  resources(): Resources | Promise<Resources>
}

/** Beyond this many clients in use the cache starts afresh; 10,000 of them take about 20 MB. */
const MOST_CLIENTS = 10_000

/** @param taken how every client is taken, whatever was registered: by a profile of the server's */
export const createRegistry = (
  store: Store,
  taken: (client: Client) => Client = (client) => client,
): Registry => {
  const clients = new Map<string, RegisteredClient>()
  let defaults: readonly string[] | undefined
  let resources: Resources | undefined
  let generation = Number.NaN

  const registered: Registered = {
    client(client_id) {
      const known = clients.get(client_id)
      if (known !== undefined) return known
      const begun = generation
      return store.read(findRegisteredClient(client_id)).then((registered) => {
        const found = registered && { ...registered, client: taken(registered.client) }
        // An unknown id is not kept: a stranger could fill the memory with them.
        if (found !== undefined && begun === generation) clients.set(client_id, found)
        return found
      })
    },
    defaultScopes() {
      if (defaults !== undefined) return defaults
      const begun = generation
      return store.read(listDefaultScopes()).then((found) => {
        if (begun === generation) defaults = found
        return found
      })
    },
    resources() {
      if (resources !== undefined) return resources
      const begun = generation
      return store.read(mapResources()).then((found) => {
        if (begun === generation) resources = found
        return found
      })
    },
  }

  /** Empties what is stale. */
  const renew = (now: number): Registered => {
    if (now !== generation || clients.size > MOST_CLIENTS) {
      clients.clear()
      defaults = undefined
      resources = undefined
      generation = now
    }
    return registered
  }

  let looked: Promise<number> | undefined
  let renewed: Promise<Registered> = Promise.resolve(registered)

  return {
    latest() {
      const look = store.generation()
      // One promise for all requests of a turn, as the store gives it.
      if (look !== looked) {
        looked = look
        renewed = look.then(renew)
      }
      return renewed
    },
  }
}

/** A client as it is registered now, whatever is remembered. */
export function* findRegisteredClient(client_id: string): Work<RegisteredClient | undefined> {
  const client = yield* findClient(client_id)
  if (client === undefined) return undefined
  return { client, secrets: yield* listClientSecrets(client_id) }
}

/** Some client, at the cost of one that is looked for and found (ERR-04). */
export function* findAnyClient(): Work<RegisteredClient | undefined> {
  const client = yield* findFirstClient()
  if (client === undefined) return undefined
  return { client, secrets: yield* listClientSecrets(client.client_id) }
}

function* listDefaultScopes(): Work<readonly string[]> {
  const scopes = yield* listScopes()
  return scopes.filter(({ is_default }) => is_default).map(({ scope }) => scope)
}
