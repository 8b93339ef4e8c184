import { createClient } from '../clients.ts'
import { CLIENT_FLAGS, givenMembers, publicOr } from './client-flags.ts'
import { clientResult, placeForSecret, SECRET_FLAGS } from './client-output.ts'
import { type Command, defineCommand } from './command.ts'
import { conflicting, misused } from './failure.ts'
import { lifetime, text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { readSecretFromStdin } from './read-secret.ts'

/** `oauthd client:create`: the same registration as the library's, and the same checks. */
export const clientCreate: Command = defineCommand({
  name: 'client:create',
  modes: ['json', 'quiet', 'env'],
  flags: {
    ...CLIENT_FLAGS,
    access_token_ttl: lifetime('how long its access tokens live'),
    public: toggle('an app that cannot keep a secret: mobile, desktop, single page'),
    first_party: toggle("the operator's own app"),
    id: text('ID', 'choose the client_id instead of having one generated'),
    ...SECRET_FLAGS,
  },
  operands: {},
  settings: ['issuer'],
  examples: [
    ['Machine to machine', 'oauthd client:create --name Cron --grant client_credentials --scope "jobs:run"'],
    ['In CI', 'oauthd client:create --name ci --grant client_credentials --env >> .env'],
    [
      'An API that checks tokens',
      'oauthd client:create --name API --grant client_credentials --introspect any',
    ],
    ['Web app with a secret', 'oauthd client:create --name Shop --redirect-uri https://shop.example/cb'],
    [
      'Mobile or single-page app',
      'oauthd client:create --name Phone --public --redirect-uri com.example.phone:/cb',
    ],
  ],
  output: [
    'The client and its secret, which is shown this once.',
    '--json  the object of RFC 7591: {"client_id","client_secret","client_name","redirect_uris","grant_types",…}',
    '--env   OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_ISSUER',
    '-q      the client_id',
  ],
  exit: [1, 4, 5],
  see: ['client:rotate-secret', 'client:show', 'token:create'],
  run: async (call) => {
    const { flags, ask, print } = call
    if (flags.grant.length === 0 && flags.redirect_uri.length === 0) {
      throw misused(
        '--grant or --redirect-uri is required',
        'for a program of your own: --grant client_credentials',
      )
    }
    const token_endpoint_auth_method = publicOr(flags.public, flags.auth_method)
    const client_name = flags.name ?? (await ask.text({ flag: '--name NAME', message: 'Name' }))
    const client_secret = flags.secret_stdin
      ? await readSecretFromStdin({ what: 'client secret', ask })
      : undefined
    const metadata = {
      ...givenMembers(flags),
      client_name,
      token_endpoint_auth_method,
      first_party: flags.first_party,
      access_token_ttl: flags.access_token_ttl,
    }
    await withServer(call, 'create', async (server) => {
      const place = placeForSecret(flags, print)
      const client = await createClient(server, metadata, { client_id: flags.id, client_secret }).catch(
        (error) => {
          place.forget()
          throw error
        },
      )
      if (client === undefined) {
        place.forget()
        throw conflicting(
          'client_exists',
          `client ${flags.id} exists already`,
          `oauthd client:show ${flags.id}`,
        )
      }
      place.keep(client)
      if (flags.github_output) return
      print.result(clientResult(client, `Created ${client.client_name}`, server.settings.issuer, place.hides))
      if (client.grant_types.includes('client_credentials')) {
        print.note(`Next: oauthd token:create --client ${client.client_id}`)
      }
    })
  },
})
