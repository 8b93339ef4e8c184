import { parseScope } from '../protocol/scope.ts'
import { deleteScope, findScope, listScopes, putScope, type ScopeRecord } from '../store/scope.ts'
import { type Command, defineCommand } from './command.ts'
import { misused, notFound } from './failure.ts'
import { operand, text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { iso } from './time.ts'

const shown = (scope: ScopeRecord): object => ({
  name: scope.scope,
  title: scope.title,
  description: scope.description,
  default: scope.is_default,
  sensitive: scope.is_sensitive,
  created_at: iso(scope.created_at),
  updated_at: iso(scope.updated_at),
})

const NAME = operand('NAME', 'the scope, one word')

/** `oauthd scope:set`: what is not named stays as it is. */
export const scopeSet: Command = defineCommand({
  name: 'scope:set',
  modes: ['json', 'quiet'],
  flags: {
    title: text('TEXT', 'what it allows, in a few words'),
    description: text('TEXT', 'the same in a sentence'),
    default: toggle('granted when a client asks for no scope'),
    not_default: toggle('no longer granted unasked'),
    sensitive: toggle('mark it as one to be careful with'),
    not_sensitive: toggle('take that mark back'),
  },
  operands: { name: NAME },
  settings: [],
  examples: [
    ['Give it words', 'oauthd scope:set orders:read --title "See your orders"'],
    ['Grant it when none is asked for', 'oauthd scope:set orders:read --default'],
  ],
  output: ['The scope.', '--json  {"name","title","description","default","sensitive",…}'],
  exit: [1, 5],
  see: ['scope:list', 'scope:delete', 'client:update'],
  run: async (call) => {
    const { flags, operands, print } = call
    if (parseScope(operands.name)?.length !== 1)
      throw misused(`${operands.name} is not a scope`, 'one word, such as orders:read')
    const is_default = onOff(flags.default, flags.not_default, 'default')
    const is_sensitive = onOff(flags.sensitive, flags.not_sensitive, 'sensitive')
    await withServer(call, 'existing', async (server, now) => {
      const scope = await server.store.write(function* put() {
        const before = yield* findScope(operands.name)
        const after: ScopeRecord = {
          scope: operands.name,
          title: flags.title ?? before?.title ?? null,
          description: flags.description ?? before?.description ?? null,
          is_default: is_default ?? before?.is_default ?? false,
          is_sensitive: is_sensitive ?? before?.is_sensitive ?? false,
          created_at: before?.created_at ?? now,
          updated_at: now,
        }
        yield* putScope(after)
        return after
      })
      print.result({ json: () => shown(scope), ids: [scope.scope], title: `Saved ${scope.scope}` })
    })
  },
})

const onOff = (on: boolean, off: boolean, name: string): boolean | undefined => {
  if (on && off) throw misused(`--${name} and --not-${name} exclude each other`, 'leave one of them out')
  return on ? true : off ? false : undefined
}

/** `oauthd scope:list` */
export const scopeList: Command = defineCommand({
  name: 'scope:list',
  modes: ['json', 'quiet'],
  flags: {},
  operands: {},
  settings: [],
  examples: [['All described scopes', 'oauthd scope:list']],
  output: ['A table by name.', '--json  a list of objects', '-q      the names'],
  exit: [1, 5],
  see: ['scope:set', 'scope:delete'],
  run: async (call) =>
    withServer(call, 'existing', async (server) => {
      await call.print.list({
        rows: await server.store.read(listScopes()),
        json: shown,
        id: ({ scope }) => scope,
        columns: [
          { head: 'NAME', cell: ({ scope }) => scope },
          { head: 'TITLE', cell: ({ title }) => title ?? '' },
          { head: 'DEFAULT', cell: ({ is_default }) => (is_default ? 'yes' : 'no') },
          { head: 'SENSITIVE', cell: ({ is_sensitive }) => (is_sensitive ? 'yes' : 'no') },
        ],
        empty: 'No scope is described yet. Describe one: oauthd scope:set NAME --title TEXT',
      })
    }),
})

/** `oauthd scope:delete`: forgets the description; clients that have the scope keep it. */
export const scopeDelete: Command = defineCommand({
  name: 'scope:delete',
  modes: ['json', 'quiet'],
  flags: {},
  operands: { name: NAME },
  settings: [],
  examples: [['Forget a description', 'oauthd scope:delete orders:read']],
  output: ['What was deleted.', '--json  {"name","deleted":true}'],
  exit: [1, 3, 5],
  see: ['scope:list', 'client:update'],
  run: async (call) => {
    const { operands, print } = call
    await withServer(call, 'existing', async (server) => {
      if (!(await server.store.write(() => deleteScope(operands.name)))) {
        throw notFound(
          'scope_not_found',
          `no scope ${operands.name} is described`,
          'oauthd scope:list shows them',
        )
      }
      const result = { name: operands.name, deleted: true }
      print.result({
        json: () => result,
        ids: [operands.name],
        title: `Deleted the description of ${operands.name}`,
      })
    })
  },
})
