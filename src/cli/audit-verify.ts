import { checkAudit } from '../audit.ts'
import type { AuditEnd } from '../protocol/audit.ts'
import { type Command, defineCommand } from './command.ts'
import { failed, misused } from './failure.ts'
import { text } from './flag.ts'
import { withServer } from './open.ts'
import { counted } from './words.ts'

/** `oauthd audit:verify`: whether the trail is what was written. */
export const auditVerify: Command = defineCommand({
  name: 'audit:verify',
  modes: ['json', 'quiet'],
  flags: { expect: text('END', 'an end that was noted before: it must still be in the chain') },
  operands: {},
  settings: [],
  examples: [
    ['Whether a row was changed, removed or moved', 'oauthd audit:verify'],
    [
      'Whether the chain still holds what it held',
      'oauthd audit:verify --expect 0:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    ],
  ],
  output: [
    'How many rows there are, and the end of the chain: note it elsewhere, for --expect.',
    '--json  {"intact":true,"rows","end"}',
    '-q      the end',
  ],
  exit: [1, 5],
  see: ['audit:list', 'db:check'],
  run: async (call) => {
    const { flags, print } = call
    const expected = flags.expect === undefined ? undefined : readEnd(flags.expect)
    await withServer(call, 'existing', async (server) => {
      const { end, faults } = await checkAudit(server, expected)
      const [first] = faults
      if (first !== undefined) {
        throw failed(
          'audit_broken',
          `the audit trail is not what was written: ${faults.map(({ problem }) => problem).join('; ')}`,
          'keep a copy of the database, and compare it with a backup: oauthd audit:list --json --limit 100000',
        )
      }
      const noted = `${end.seq}:${end.digest}`
      print.result({
        json: () => ({ intact: true, rows: end.seq, end: noted }),
        ids: [noted],
        title: `Intact: ${counted(end.seq, 'row')}`,
        fields: [['end', noted]],
      })
      print.note(
        'Keep the end on another machine: --expect finds what was cut off or made anew with the keys',
      )
    })
  },
})

/** @throws {Failure} exit 2 */
const readEnd = (given: string): AuditEnd => {
  const [, seq, digest] = /^(\d{1,15}):([\w-]{43}|)$/.exec(given) ?? []
  if (seq === undefined || digest === undefined) {
    throw misused('--expect must be an end as audit:verify prints it, such as 12:47DEQpj8…')
  }
  return { seq: Number(seq), digest }
}
