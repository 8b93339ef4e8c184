import { audited } from '../actions/audit.ts'
import { MAX_SCOPE, textProblem } from '../protocol/metadata-member.ts'
import { isReserved, parseScope } from '../protocol/scope.ts'
import { findScope, putScope, type ScopeRecord } from '../store/scope.ts'
import type { Work } from '../store/work.ts'
import { type Command, defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { type FlagValues, textOrNone, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { SCOPE_NAME, scopeRecord } from './scope.ts'

const FLAGS = {
  title: textOrNone('TEXT', 'what it allows, in a few words'),
  description: textOrNone('TEXT', 'the same in a sentence'),
  default: toggle('granted when a client asks for no scope'),
  not_default: toggle('no longer granted unasked'),
  sensitive: toggle('mark it as one to be careful with'),
  not_sensitive: toggle('take that mark back'),
}

/** `oauthd scope:set`: what is not named stays as it is. */
export const scopeSet: Command = defineCommand({
  name: 'scope:set',
  modes: ['json', 'quiet'],
  flags: FLAGS,
  operands: { name: SCOPE_NAME },
  settings: [],
  examples: [
    ['Give it words', 'oauthd scope:set orders:read --title "See your orders"'],
    ['Grant it when none is asked for', 'oauthd scope:set orders:read --default'],
  ],
  output: [
    'The scope. An empty --title or --description takes it back.',
    '--json  {"name","title","description","default","sensitive",…}',
    '-q      the name',
  ],
  exit: [1, 5],
  see: ['scope:list', 'scope:delete', 'client:update'],
  run: async (call) => {
    const { operands, print } = call
    const { name } = operands
    if (name.length > MAX_SCOPE) throw misused(`NAME must be at most ${MAX_SCOPE} characters`)
    if (parseScope(name)?.length !== 1)
      throw misused(`${name} is not a scope`, 'one word, such as orders:read')
    const changes = readChanges(call.flags)
    await withServer(call, 'existing', async (server, now) => {
      const scope = await server.store.write(() =>
        audited(server.audit(), describeScope(name, changes, now), ({ is_default, is_sensitive }) => ({
          type: 'scope_described',
          detail: { scope: name, is_default, is_sensitive },
        })),
      )
      const shown = scopeRecord(scope)
      print.result({
        json: () => shown,
        ids: [name],
        title: `Saved ${name}`,
        fields: [
          ['title', shown.title ?? ''],
          ['description', shown.description ?? ''],
          ['default', shown.default ? 'yes' : 'no'],
          ['sensitive', shown.sensitive ? 'yes' : 'no'],
        ],
      })
      if (isReserved(name)) print.note(`${name} is a power over oauthd: only client_credentials grants it`)
    })
  },
})

type Changes = Partial<Pick<ScopeRecord, 'title' | 'description' | 'is_default' | 'is_sensitive'>>

/** A member that is not there stays as it is. */
const readChanges = (flags: FlagValues<typeof FLAGS>): Changes => {
  const given = {
    title: words(flags.title, '--title', 128),
    description: words(flags.description, '--description', 1024),
    is_default: onOff(flags.default, flags.not_default, 'default'),
    is_sensitive: onOff(flags.sensitive, flags.not_sensitive, 'sensitive'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Text that a page shows in one line (PG-10); empty is none. */
const words = (given: string | undefined, flag: string, longest: number): string | null | undefined => {
  if (given === undefined) return undefined
  const text = given.trim()
  if (text === '') return null
  const problem = text.length > longest ? `must be at most ${longest} characters` : textProblem(text)
  if (problem !== undefined) throw misused(`${flag} ${problem}`)
  return text
}

const onOff = (on: boolean, off: boolean, name: string): boolean | undefined => {
  if (on && off) throw misused(`--${name} and --not-${name} exclude each other`, 'leave one of them out')
  return on ? true : off ? false : undefined
}

function* describeScope(scope: string, changes: Changes, now: number): Work<ScopeRecord> {
  const blank = { title: null, description: null, is_default: false, is_sensitive: false, created_at: now }
  const after = { ...blank, ...(yield* findScope(scope)), ...changes, scope, updated_at: now }
  yield* putScope(after)
  return after
}
