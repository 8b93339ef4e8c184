/** `--add-…` and `--remove-…` of client:update: lists that are edited in place. */
import type { Client } from '../protocol/client-metadata.ts'
import { parseScope } from '../protocol/scope.ts'
import { Failure, notFound } from './failure.ts'

/** What shall become of a list: first set, when that is wanted; then items added and removed. */
export interface WantedEdit {
  readonly set: readonly string[] | undefined
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export interface EditedLists {
  readonly redirect_uris: readonly string[]
  readonly scope: string
}

/**
 * The lists of a client after the edits. This is asked inside a transaction, for the client as it
 * stands there, so that two edits at once both hold; a refusal is returned and not thrown.
 *
 * @returns exit 3 when something is to be removed that is not there
 */
export const editLists = (
  client: Pick<Client, 'client_id' | 'redirect_uris' | 'scope'>,
  wanted: { readonly redirect_uris: WantedEdit; readonly scope: WantedEdit },
): EditedLists | Failure => {
  const { client_id } = client
  const redirect_uris = edited(client_id, client.redirect_uris, wanted.redirect_uris)
  if (redirect_uris instanceof Failure) return redirect_uris
  const scope = edited(client_id, parseScope(client.scope) ?? [], wanted.scope)
  if (scope instanceof Failure) return scope
  return { redirect_uris, scope: scope.join(' ') }
}

const edited = (
  client_id: string,
  list: readonly string[],
  { set, add, remove }: WantedEdit,
): readonly string[] | Failure => {
  const before = set ?? list
  const absent = remove.find((item) => !before.includes(item))
  if (absent !== undefined) {
    const hint = `oauthd client:show ${client_id} lists what is`
    return notFound('not_registered', `client ${client_id} has no ${absent}`, hint)
  }
  return [...new Set([...before.filter((item) => !remove.includes(item)), ...add])]
}
