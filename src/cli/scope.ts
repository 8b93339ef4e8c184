import { audited } from '../actions/audit.ts'
import { deleteScope, listScopes, type ScopeRecord } from '../store/scope.ts'
import { type Command, defineCommand } from './command.ts'
import { notFound } from './failure.ts'
import { operand } from './flag.ts'
import { withServer } from './open.ts'
import { iso } from './words.ts'

/** A described scope, with our own times. */
export interface ShownScope {
  readonly name: string
  readonly title: string | null
  readonly description: string | null
  readonly default: boolean
  readonly sensitive: boolean
  readonly created_at: string
  readonly updated_at: string
}

export const scopeRecord = (scope: ScopeRecord): ShownScope => ({
  name: scope.scope,
  title: scope.title,
  description: scope.description,
  default: scope.is_default,
  sensitive: scope.is_sensitive,
  created_at: iso(scope.created_at),
  updated_at: iso(scope.updated_at),
})

export const SCOPE_NAME: ReturnType<typeof operand> = operand('NAME', 'the scope, one word')

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
    withServer(call, 'existing', async ({ store }) =>
      call.print.list({
        rows: await store.read(listScopes()),
        json: scopeRecord,
        id: ({ scope }) => scope,
        columns: [
          { head: 'NAME', cell: ({ scope }) => scope },
          { head: 'TITLE', cell: ({ title }) => title ?? '' },
          { head: 'DEFAULT', cell: ({ is_default }) => (is_default ? 'yes' : 'no') },
          { head: 'SENSITIVE', cell: ({ is_sensitive }) => (is_sensitive ? 'yes' : 'no') },
        ],
        empty: 'No scope is described yet. Describe one: oauthd scope:set NAME --title TEXT',
      }),
    ),
})

/** `oauthd scope:delete`: forgets the description; clients that have the scope keep it. */
export const scopeDelete: Command = defineCommand({
  name: 'scope:delete',
  modes: ['json', 'quiet'],
  flags: {},
  operands: { name: SCOPE_NAME },
  settings: [],
  examples: [['Forget a description', 'oauthd scope:delete orders:read']],
  output: [
    'What was deleted. Clients that have the scope keep it.',
    '--json  {"name","deleted":true}',
    '-q      the name',
  ],
  exit: [1, 3, 5],
  see: ['scope:list', 'client:update'],
  run: async (call) => {
    const { operands, print } = call
    const { name } = operands
    await withServer(call, 'existing', async ({ store, audit }) => {
      const work = () =>
        audited(audit(), deleteScope(name), (deleted) =>
          deleted ? { type: 'scope_deleted', detail: { scope: name } } : undefined,
        )
      if (!(await store.write(work)))
        throw notFound('scope_not_found', `no scope ${name} is described`, 'oauthd scope:list shows them')
      print.result({
        json: () => ({ name, deleted: true }),
        ids: [name],
        title: `Deleted the description of ${name}`,
      })
    })
  },
})
