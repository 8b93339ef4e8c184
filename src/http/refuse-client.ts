import { OAuthError } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import { findAnyClient, findRegisteredClient } from '../store/registry.ts'

/** ERR-04: the same words whatever the reason, which is for the log. */
export const refusedClient = (reason: string): OAuthError =>
  new OAuthError('invalid_client', 'client authentication failed', { cause: reason })

/** No client has it: `client_id` is not empty. */
const NOBODY = ''

/**
 * ERR-04: whoever is refused has cost two looks, one that finds a client and one that finds none,
 * whatever was remembered.
 */
export const evenOut = async ({ store }: Server, isKnown: boolean, isRemembered: boolean): Promise<void> => {
  if (isKnown) await store.read(findRegisteredClient(NOBODY))
  if (isRemembered || !isKnown) await store.read(findAnyClient())
}
