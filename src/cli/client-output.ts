import type { ClientWithSecret } from '../clients.ts'
import type { Result } from './print.ts'
import { memberText } from './words.ts'

export interface About {
  /** The sentence for people. */
  readonly title: string
  readonly issuer: string
  /** The secret went elsewhere. */
  readonly hides: boolean
  /** It was chosen by who asks: not shown to people, who may have typed it unseen. */
  readonly chosen: boolean
  /** More members for `--json`. */
  readonly more?: object
}

/** A client with the secret it is shown with this once. */
export const clientResult = (client: ClientWithSecret, about: About): Result => {
  const { client_secret, client_secret_expires_at, ...known } = client
  const secret = about.hides ? undefined : client_secret
  const { client_id, grant_types, redirect_uris, scope, token_endpoint_auth_method } = known
  const shownSecret = about.chosen ? 'as given' : `${secret}   # shown once; store it now`
  const fields = { redirect_uris, grant_types, scope, token_endpoint_auth_method }
  return {
    json: () => ({
      ...known,
      ...(secret === undefined ? {} : { client_secret, client_secret_expires_at }),
      ...about.more,
    }),
    ids: [client_id],
    env: {
      CLIENT_ID: client_id,
      ...(secret === undefined ? {} : { CLIENT_SECRET: secret }),
      ISSUER: about.issuer,
    },
    title: about.title,
    fields: [
      ['client_id', client_id],
      ...(secret === undefined ? [] : [['client_secret', shownSecret] as const]),
      ...Object.entries(fields)
        .filter(([, value]) => value !== undefined && value.length > 0)
        .map(([name, value]) => [name, memberText(value)] as const),
    ],
    ...(secret === undefined ? {} : { secrets: [secret] }),
    isKnown: about.chosen,
    unheard:
      secret === undefined || about.chosen
        ? `oauthd client:show ${client_id}`
        : `${client_id} has a secret that nobody knows: oauthd client:rotate-secret ${client_id}`,
  }
}
