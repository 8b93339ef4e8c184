import { secretless } from '../actions/client.ts'
import { createClient, judgeNewClient } from '../clients.ts'
import { hasSecret } from '../protocol/auth-method.ts'
import type { GivenMetadata } from '../protocol/client-metadata.ts'
import { isLoopbackRedirectUri } from '../protocol/redirect-uri.ts'
import type { Server } from '../server.ts'
import { findClient } from '../store/client.ts'
import { CLIENT_FLAGS, givenMembers } from './client-flags.ts'
import { givenLifetimes, LIFETIME_FLAGS, noteLongLife } from './client-lifetimes.ts'
import { clientResult } from './client-output.ts'
import { givenSecurity, NEW_SECURITY_FLAGS } from './client-security-flags.ts'
import { type Command, defineCommand } from './command.ts'
import { conflicting, misused } from './failure.ts'
import { type FlagValues, text, toggle } from './flag.ts'
import { givenJwks, JWKS_FLAG } from './jwks-file.ts'
import { withServer } from './open.ts'
import { readSecretFromStdin } from './read-secret.ts'
import { SECRET_FLAGS, withSecretPlace } from './secret-place.ts'

const FLAGS = {
  ...CLIENT_FLAGS,
  ...LIFETIME_FLAGS,
  ...JWKS_FLAG,
  ...NEW_SECURITY_FLAGS,
  public: toggle('an app that cannot keep a secret: mobile, desktop, single page'),
  first_party: toggle("the operator's own app"),
  id: text('ID', 'choose the client_id instead of having one generated'),
  ...SECRET_FLAGS,
}

/** `oauthd client:create`: the same registration as the library's, and the same checks. */
export const clientCreate: Command = defineCommand({
  name: 'client:create',
  modes: ['json', 'quiet', 'env'],
  flags: FLAGS,
  operands: {},
  settings: ['issuer'],
  examples: [
    ['Machine to machine', 'oauthd client:create --name Cron --grant client_credentials --scope "jobs:run"'],
    ['In CI', 'oauthd client:create --name ci --grant client_credentials --env >> .env'],
    [
      'An API that checks tokens',
      'oauthd client:create --name API --grant client_credentials --introspect any',
    ],
    [
      'A key instead of a secret',
      'oauthd client:create --name Bank --grant client_credentials --auth-method private_key_jwt --jwks bank.json',
    ],
    ['Web app with a secret', 'oauthd client:create --name Shop --redirect-uri https://shop.example/cb'],
    [
      'Mobile or single-page app',
      'oauthd client:create --name Phone --public --redirect-uri com.example.phone:/cb',
    ],
  ],
  output: [
    'The client, and its secret if it has one, which is shown this once.',
    '--json  the object of RFC 7591: {"client_id","client_secret","client_name","redirect_uris","grant_types",…}',
    '--env   OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_ISSUER',
    '-q      the client_id',
  ],
  exit: [1, 4, 5],
  see: ['client:rotate-secret', 'client:show', 'token:create'],
  run: async (call) => {
    const { flags, ask, print } = call
    refuseMisuse(flags)
    const client_name = flags.name ?? (await ask.text({ flag: '--name NAME', message: 'Name' }))
    const metadata: GivenMetadata = {
      ...givenMembers(flags),
      client_name,
      token_endpoint_auth_method: flags.public ? 'none' : flags.auth_method,
      first_party: flags.first_party,
      ...givenLifetimes(flags, { mayBeNone: false }),
      ...givenSecurity(flags),
      ...givenJwks(flags),
    }
    const client_secret = flags.secret_stdin
      ? await readSecretFromStdin({ what: 'client secret', ask })
      : undefined
    const chosen = { client_id: flags.id, client_secret }
    // What is refused makes no file.
    judgeNewClient(metadata, chosen)
    await withSecretPlace(flags, print, (place) =>
      withServer(call, 'create', async (server) => {
        const client = await createClient(server, metadata, chosen)
        if (client === undefined) throw await taken(server, flags.id)
        place.keep(client)
        // With --github-output stdout is empty, lest it end up in a log; unless a mode was asked for.
        if (flags.github_output && print.mode === 'human') return
        const about = {
          title: `Created ${client.client_name}`,
          issuer: server.settings.issuer,
          hides: place.hides,
          chosen: flags.secret_stdin,
        }
        print.result(clientResult(client, about))
        await print.heard()
        noteLongLife(print, client)
        if (client.grant_types.includes('client_credentials')) {
          print.note(`Next: oauthd token:create --client ${client.client_id}`)
        } else if (client.redirect_uris?.some(isLoopbackRedirectUri)) {
          print.note(`Next: oauthd flow:code --client ${client.client_id}`)
        }
      }),
    )
  },
})

/** What the flags say against each other, before anybody is asked anything. */
const refuseMisuse = (flags: FlagValues<typeof FLAGS>): void => {
  if (flags.grant.length === 0 && flags.redirect_uri.length === 0) {
    throw misused(
      '--grant or --redirect-uri is required',
      'for a program of your own: --grant client_credentials',
    )
  }
  if (flags.public && flags.auth_method !== undefined && flags.auth_method !== 'none') {
    throw misused('--public and --auth-method exclude each other', 'leave one of them out')
  }
  const method = { token_endpoint_auth_method: flags.public ? 'none' : (flags.auth_method ?? null) } as const
  if (!hasSecret(method) && (flags.secret_stdin || flags.secret_file !== undefined)) {
    throw misused(secretless(method), 'leave out --secret-stdin and --secret-file')
  }
}

const taken = async ({ store }: Server, client_id = ''): Promise<Error> => {
  if ((await store.read(findClient(client_id))) !== undefined)
    return conflicting(
      'client_exists',
      `client ${client_id} exists already`,
      `oauthd client:show ${client_id}`,
    )
  const words = `a person has the sub ${client_id}; a client_id never equals one`
  return conflicting('client_id_taken', words, 'choose another --id')
}
