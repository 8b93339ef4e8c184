import { AUDIT_TYPES, type AuditRow } from '../protocol/audit.ts'
import type { Server } from '../server.ts'
import { type AuditFilter, listAudit } from '../store/audit.ts'
import { type Command, defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { choice, count, duration, text, toggle } from './flag.ts'
import type { Mode } from './globals.ts'
import { withServer } from './open.ts'
import type { Column, Printer } from './print.ts'
import type { Stop } from './stop.ts'
import { namedPerson } from './token-user.ts'
import { visible } from './visible.ts'
import { iso } from './words.ts'

/** `oauthd audit:list`: what happened, the oldest first, as a log reads. */
export const auditList: Command = defineCommand({
  name: 'audit:list',
  modes: ['json', 'quiet'],
  flags: {
    since: duration('only what happened within this time'),
    type: choice(AUDIT_TYPES, 'only events of this type'),
    client: text('ID', 'only what this client is named in, also a revoked one'),
    user: text('NAME|SUB', 'only what this person is named in, also a deleted one by sub'),
    limit: count('at most so many, the newest (default 100)', 1, 100_000),
    follow: toggle('go on with what happens from now on, until Ctrl-C'),
    jsonl: toggle('a JSON object a line'),
  },
  operands: {},
  settings: [],
  examples: [
    ['The last hour', 'oauthd audit:list --since 1h'],
    ['All about one client, for a script', 'oauthd audit:list --client cl_7f3k2q9x8m4n5p6r --json'],
    ['A line an event, for another program', 'oauthd audit:list --since 1d --jsonl'],
  ],
  output: [
    'A table, oldest first; with --follow a line an event, tab-separated.',
    '--json   a list of objects; --jsonl: one a line',
    '-q       the numbers of the rows (seq)',
  ],
  exit: [1, 5],
  see: ['audit:verify'],
  run: async (call) => {
    const { flags, print } = call
    if (flags.jsonl && print.mode !== 'human') {
      throw misused(`--jsonl and ${print.mode === 'json' ? '--json' : '--quiet'} exclude each other`)
    }
    if (flags.follow && print.mode === 'json') {
      throw misused('--follow has no end, and a JSON document has one', 'oauthd audit:list --follow --jsonl')
    }
    const asked = flags.follow ? call.stop() : undefined
    await withServer(call, 'existing', async (server, now) => {
      const { type, client: client_id, jsonl, limit = 100 } = flags
      const sub = flags.user === undefined ? undefined : (await namedPerson(server, flags.user)).sub
      const since = flags.since === undefined ? 0 : now - flags.since
      const filter = { type, client_id, sub, since, behind: 0, limit }
      if (asked !== undefined) return await follow(server, filter, { asked, print, jsonl })
      const rows = (await server.store.read(listAudit(filter))).toReversed()
      if (jsonl) {
        for (const row of rows) print.raw(lineOf(row, print.mode, jsonl))
        return
      }
      return await print.list({
        rows,
        json: shown,
        id: ({ seq }) => String(seq),
        columns: COLUMNS,
        empty: 'No such event. Something is written down when clients, people, keys or consents change',
      })
    })
  },
})

const shown = ({ seq, at, detail, type, actor, ...row }: AuditRow): object => {
  const { client_id, sub, authorization_id, jti, request_id } = row
  const about = { client_id, sub, authorization_id, jti, request_id }
  return { seq, at: iso(at), type, actor, ...about, detail: detail === null ? null : JSON.parse(detail) }
}

const COLUMNS: readonly Column<AuditRow>[] = [
  { head: 'SEQ', cell: ({ seq }) => String(seq) },
  { head: 'AT', cell: ({ at }) => iso(at) },
  { head: 'TYPE', cell: ({ type }) => type },
  { head: 'BY', cell: ({ actor }) => actor },
  { head: 'CLIENT', cell: ({ client_id }) => client_id ?? '' },
  { head: 'USER', cell: ({ sub }) => sub ?? '' },
  { head: 'DETAIL', cell: ({ detail }) => detail ?? '' },
]

/** How a row is one line. */
const lineOf = (row: AuditRow, mode: Mode, jsonl: boolean): string => {
  if (jsonl) return JSON.stringify(shown(row))
  return mode === 'quiet' ? String(row.seq) : COLUMNS.map(({ cell }) => visible(cell(row))).join('\t')
}

/** Between two looks. Milliseconds. */
const LOOK = 500

/** More than comes between two looks. */
const MOST = 100_000

/** Until it is asked to stop, or nobody reads any more. */
const follow = async (
  { store }: Server,
  filter: AuditFilter,
  { asked, print, jsonl }: { readonly asked: Stop; readonly print: Printer; readonly jsonl: boolean },
): Promise<void> => {
  let behind = 0
  for (let { limit } = filter; !asked.isAsked() && (await print.hasReader()); limit = MOST) {
    const rows = (await store.read(listAudit({ ...filter, behind, limit }))).toReversed()
    for (const row of rows) print.raw(lineOf(row, print.mode, jsonl))
    behind = rows.at(-1)?.seq ?? behind
    await Promise.race([asked.first, new Promise((resolve) => setTimeout(resolve, LOOK))])
  }
}
