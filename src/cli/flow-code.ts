import type { Client } from '../protocol/client-metadata.ts'
import { isLoopbackRedirectUri } from '../protocol/redirect-uri.ts'
import { splitUri } from '../protocol/uri.ts'
import { realAlarm } from '../store/timers.ts'
import { type Command, defineCommand } from './command.ts'
import { failed, misused } from './failure.ts'
import { count, text, texts, toggle } from './flag.ts'
import { CLIENT_SECRET_FLAGS, knownClient, withSecret } from './flow-client.ts'
import { openInBrowser } from './open-browser.ts'
import { listenForRedirect } from './redirect-listener.ts'
import { scopes } from './scope-flag.ts'
import { printToken, refuseTwoForms, TOKEN_FORMS } from './token-output.ts'

/** `oauthd flow:code`: the code flow as an app on this device goes through it (RFC 8252). */
export const flowCode: Command = defineCommand({
  name: 'flow:code',
  modes: ['json', 'quiet', 'env'],
  flags: {
    client: text('ID', 'the client that asks; it needs a redirect URI on http://127.0.0.1'),
    scope: scopes('what it asks for (default: what the server gives)'),
    resource: texts('URL', 'what the token is for (RFC 8707)'),
    redirect_uri: text('URL', 'which of its redirect URIs (default: one on this device)'),
    port: count('listen on this port (default: a free one)', 1, 65_535),
    no_open: toggle('print the address instead of opening the browser'),
    ...CLIENT_SECRET_FLAGS,
    ...TOKEN_FORMS,
  },
  operands: {},
  settings: ['issuer'],
  examples: [
    ['Sign in in the browser', 'oauthd flow:code --client shop'],
    ['On a machine without one', 'oauthd flow:code --client shop --no-open'],
    ['For curl', 'curl -H "$(oauthd flow:code --client shop --header)" https://api.example/orders'],
  ],
  output: [
    'The tokens. The address to open is on stderr, with --json as {"event":"open","url","redirect_uri"}.',
    '--json  the token response: {"access_token","token_type","expires_in","refresh_token","scope"}',
    '--env   OAUTH_ACCESS_TOKEN, OAUTH_REFRESH_TOKEN',
    '-q      the access token',
  ],
  exit: [1, 3, 5, 130],
  see: ['flow:client-credentials', 'client:create', 'user:create', 'token:introspect'],
  run: async (call) => {
    const { flags, ask, print } = call
    refuseTwoForms(flags, print.mode)
    const client_id = flags.client ?? (await ask.text({ flag: '--client ID', message: 'Client ID' }))
    const { issuer, client } = await knownClient(call, client_id, 'authorization_code')
    const { scope, resource, redirect_uri: chosen } = flags
    const registered = loopbackUri(client_id, client, chosen)
    const who = await withSecret(call, flags, { client_id, client, isSecretNeeded: false })
    const { findServer } = await import('./flow-server.ts')
    const isPushed = client?.require_pushed_authorization_requests ?? false
    const flow = await (await findServer(issuer)).code(who, { scope, resource, isPushed })
    const port = flags.port ?? Number((chosen === undefined ? undefined : splitUri(chosen).port) ?? 0)
    const redirect = await listenForRedirect({ registered, port, state: flow.state, alarm: realAlarm })
    try {
      const { redirect_uri } = redirect
      const url = await flow.url(redirect_uri)
      const isOpened = !flags.no_open && process.stderr.isTTY === true
      const event = { event: 'open', url, redirect_uri }
      print.instruct(isOpened ? `Opening ${url}` : `Open this in a browser: ${url}`, event)
      if (isOpened) await openInBrowser(url)
      print.note(`Waiting for the browser at ${redirect_uri}`)
      printToken(print, flags, await flow.exchange(redirect_uri, await redirect.answer))
    } finally {
      redirect.close()
    }
  },
})

/** Numbers before names: `localhost` may lead elsewhere (RFC 8252 section 8.3). */
const PREFERRED = ['http://127.0.0.1', 'http://[::1]', 'http://localhost']

/**
 * The redirect URI to come back to; only its port may differ from what is registered.
 * @throws {Failure} exit 1 or 2, saying what to do, when there is none on this device
 */
const loopbackUri = (client_id: string, client: Client | undefined, chosen: string | undefined): string => {
  if (chosen !== undefined) {
    if (isLoopbackRedirectUri(chosen)) return chosen
    throw misused(
      '--redirect-uri must be http on 127.0.0.1, [::1] or localhost',
      'for others use a client library',
    )
  }
  if (client === undefined) {
    throw misused(
      `--redirect-uri is required: client ${client_id} is not in this database`,
      'add --redirect-uri http://127.0.0.1/cb, as it is registered',
    )
  }
  const own = client.redirect_uris.filter(isLoopbackRedirectUri)
  const found = PREFERRED.flatMap((origin) => own.filter((uri) => uri.startsWith(origin)))[0]
  if (found !== undefined) return found
  throw failed(
    'no_loopback_redirect',
    `client ${client_id} has no redirect URI on this device`,
    `oauthd client:update ${client_id} --add-redirect-uri http://127.0.0.1/cb`,
  )
}
