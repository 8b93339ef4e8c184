import { INACTIVE, type Inactivity } from '../protocol/access-token.ts'
import { formatDuration } from '../protocol/duration.ts'
import { covers } from '../protocol/scope.ts'
import { type Inspection, inspectToken, type Unknown } from '../tokens.ts'
import { type Command, defineCommand } from './command.ts'
import { operand, toggle } from './flag.ts'
import { withServer } from './open.ts'
import type { Printer } from './print.ts'
import { readSecretOperand } from './read-secret.ts'
import { scopes } from './scope-flag.ts'
import { memberText, relative } from './words.ts'

/** `oauthd token:introspect`: the RFC 7662 object, for the operator. */
export const tokenIntrospect: Command = defineCommand({
  name: 'token:introspect',
  modes: ['json', 'quiet'],
  flags: {
    exit_code: toggle('exit 3 when the token is not active'),
    scope: scopes('a token that lacks one of these counts as inactive'),
    explain: toggle('say why it is inactive (said on a terminal anyway)'),
  },
  operands: { token: operand('-|TOKEN', 'the token; - reads it from stdin') },
  settings: ['issuer'],
  examples: [
    ['From a file', 'oauthd token:introspect - < token.txt'],
    ['In a script', 'oauthd token:introspect - --json --exit-code --scope "jobs:run" < token.txt'],
  ],
  output: [
    'active and what the token stands for, or inactive.',
    '--json  the object of RFC 7662: {"active":true,"client_id","scope","exp",…} or {"active":false}',
    '-q      the id of an active token (jti)',
  ],
  exit: [1, 3, 5],
  see: ['token:revoke', 'token:create'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    const { scope = '' } = flags
    const presented = await readSecretOperand(operands.token, { what: 'token', ask })
    return withServer(call, 'existing', async (server, now) => {
      const found = await inspectToken(server, presented)
      const isLacking = found.kind === 'active' && !covers(found.token.scope ?? '', scope)
      const token = isLacking ? INACTIVE : found.token
      if (token.active) {
        const { active: _, exp, ...rest } = token
        print.result({
          json: () => token,
          ids: [token.jti],
          fields: [
            ['active', `yes, for ${formatDuration(exp - now)}`],
            ...Object.entries(rest).map(([name, value]) => [name, memberText(value)] as const),
          ],
        })
        return
      }
      print.result({ json: () => token, title: 'inactive' })
      if (flags.explain || process.stderr.isTTY) {
        say(print, found.kind === 'active' ? `it lacks the scope ${scope}` : why(found, now))
      }
      return flags.exit_code ? 3 : undefined
    })
  },
})

const WORDS: Readonly<Record<Inactivity['reason'], string>> = {
  revoked: 'revoked',
  authorization_revoked: 'access was taken back',
  client_revoked: 'its client was revoked',
  used: 'used',
  expired: 'expired',
}

const why = (found: Exclude<Inspection, { readonly kind: 'active' }>, now: number): string =>
  found.kind === 'inactive' ? `${WORDS[found.why.reason]} ${relative(found.why.at, now)}` : UNKNOWN[found.why]

const UNKNOWN: Readonly<Record<Unknown, string>> = {
  malformed: 'not a token of oauthd, or mistyped',
  unsigned:
    'a JWT that is not signed by a key of this issuer: of another one, mistyped, or its key was revoked',
  not_found: 'unknown here: of another database, or removed after it expired',
}

/** On stderr in every mode: it was asked for, or somebody is looking. */
const say = (print: Printer, reason: string): void => {
  process.stderr.write(print.mode === 'json' ? `${JSON.stringify({ why: reason })}\n` : `why: ${reason}\n`)
}
