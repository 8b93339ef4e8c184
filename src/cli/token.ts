import { whyInactive } from '../protocol/access-token.ts'
import { type AccessToken, listAccessTokens } from '../store/access-token.ts'
import { createToken, revokeAllOfClient, revokeOne } from '../tokens.ts'
import { findActive, findOrSuggest } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { misused, notFound } from './failure.ts'
import { count, lifetime, optionalOperand, text, texts, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { readSecretOperand } from './read-secret.ts'
import { iso, relative } from './time.ts'

/** `oauthd token:create`: a token straight from the database, without the client's secret. */
export const tokenCreate: Command = defineCommand({
  name: 'token:create',
  modes: ['json', 'quiet', 'env'],
  flags: {
    client: text('ID', 'the client it is issued to'),
    scope: text('"A B"', 'scopes the client has (default: as the token endpoint would grant)'),
    resource: texts('URL', 'what it is for (RFC 8707); may be repeated'),
    ttl: lifetime("how long it lives (default: the client's, else the server's)"),
    header: toggle('print it as an Authorization header'),
    bare: toggle('print the token alone'),
  },
  operands: {},
  settings: ['issuer', 'access_token_ttl'],
  examples: [
    ['For curl', 'curl -H "$(oauthd token:create --client ID --header)" https://api.example/jobs'],
    ['Into a file', 'oauthd token:create --client ID --bare > token.txt'],
  ],
  output: [
    'The token, this once.',
    '--json  {"access_token","token_type","expires_in","scope"}',
    '--env   OAUTH_ACCESS_TOKEN',
  ],
  exit: [1, 3, 5],
  see: ['token:introspect', 'token:revoke', 'client:create'],
  run: async (call) => {
    const { flags, print } = call
    if (flags.client === undefined) throw misused('--client is required', 'oauthd client:list shows the ids')
    if (flags.header && flags.bare)
      throw misused('--header and --bare exclude each other', 'leave one of them out')
    if ((flags.header || flags.bare) && print.mode !== 'human')
      throw misused(
        `--${flags.header ? 'header' : 'bare'} is an output of its own`,
        'leave the other one out',
      )
    const client_id = flags.client
    await withServer(call, 'existing', async (server) => {
      const { client } = await findActive(server, client_id)
      const token = await createToken(server, {
        client,
        scope: flags.scope,
        resource: flags.resource,
        ttl: flags.ttl,
      })
      const { access_token, expires_in, scope } = token
      if (flags.header || flags.bare) {
        print.mask(access_token)
        return print.raw(flags.header ? `Authorization: Bearer ${access_token}` : access_token)
      }
      print.result({
        json: () => token,
        ids: [access_token],
        env: { ACCESS_TOKEN: access_token },
        fields: [
          ['access_token', access_token],
          ['expires_in', String(expires_in)],
          ...(scope === undefined ? [] : [['scope', scope] as const]),
        ],
        secrets: [access_token],
      })
    })
  },
})

/** `oauthd token:revoke`: one token, or every token of a client. */
export const tokenRevoke: Command = defineCommand({
  name: 'token:revoke',
  modes: ['json', 'quiet'],
  flags: { client: text('ID', 'every token of this client') },
  operands: { token: optionalOperand('-|TOKEN', 'the token; - reads it from stdin') },
  settings: [],
  examples: [
    ['One token', 'oauthd token:revoke - < token.txt'],
    ['All of a client', 'oauthd token:revoke --client ID --yes'],
  ],
  output: ['What was revoked.', '--json  {"revoked":{"access_tokens":1}}'],
  exit: [1, 3, 5],
  see: ['token:introspect', 'client:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    const { client: client_id } = flags
    if ((operands.token === undefined) === (client_id === undefined)) {
      throw misused('a token or --client is required, and not both', 'oauthd token:revoke - < token.txt')
    }
    const presented = operands.token && (await readSecretOperand(operands.token, { what: 'token', ask }))
    return withServer(call, 'existing', async (server) => {
      const done = (revoked: number): void =>
        print.result({
          json: () => ({ revoked: { access_tokens: revoked } }),
          title: `Revoked ${revoked} access ${revoked === 1 ? 'token' : 'tokens'}`,
        })
      if (presented !== undefined && presented !== '') {
        if (!(await revokeOne(server, presented)))
          throw notFound(
            'token_not_found',
            'nothing to revoke',
            'oauthd token:introspect - --explain says why',
          )
        return done(1)
      }
      const { client, tokens } = await findOrSuggest(server, client_id ?? '')
      await ask.confirm({
        loss: `${client.client_name}: ${tokens} active tokens stop working`,
        verb: 'revoke',
      })
      return done(await revokeAllOfClient(server, client.client_id))
    })
  },
})

/** `oauthd token:list`: never prints a token. */
export const tokenList: Command = defineCommand({
  name: 'token:list',
  modes: ['json', 'quiet'],
  flags: {
    client: text('ID', 'only tokens of this client'),
    active: toggle('only tokens that are active'),
    limit: count('at most so many (default 100)', 1, 10_000),
    before: text('ID', 'older than the token with this id'),
  },
  operands: {},
  settings: [],
  examples: [['The newest of a client', 'oauthd token:list --client ID --active']],
  output: [
    'A table, newest first, without the tokens themselves.',
    '--json  a list of objects',
    '-q      the ids (jti)',
  ],
  exit: [1, 5],
  see: ['token:introspect', 'token:revoke'],
  run: async (call) => {
    const { flags, print } = call
    const limit = flags.limit ?? 100
    await withServer(call, 'existing', async (server, now) => {
      const live_at = flags.active ? now : undefined
      const tokens = await server.store.read(
        listAccessTokens({ client_id: flags.client, live_at, before: flags.before, limit }),
      )
      const status = (token: AccessToken): string => whyInactive(token, now)?.reason ?? 'active'
      await print.list({
        rows: tokens,
        json: (token) => ({
          id: token.jti,
          type: 'access_token',
          client_id: token.client_id,
          sub: token.sub,
          grant_type: token.grant_type,
          scope: token.scope,
          status: status(token),
          created_at: iso(token.iat),
          expires_at: iso(token.exp),
        }),
        id: ({ jti }) => jti,
        columns: [
          { head: 'ID', cell: ({ jti }) => jti },
          { head: 'CLIENT', cell: ({ client_id }) => client_id },
          { head: 'SCOPE', cell: ({ scope }) => scope },
          { head: 'STATUS', cell: status },
          { head: 'EXPIRES', cell: ({ exp }) => relative(exp, now) },
        ],
        empty: 'No tokens.',
      })
      const last = tokens.at(-1)
      if (tokens.length === limit && last !== undefined)
        print.note(`The newest ${limit}; older with --before ${last.jti}`)
    })
  },
})
