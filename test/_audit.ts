/** What the audit trail of a server says. */
import { checkAudit } from '../src/audit.ts'
import type { AuditRow } from '../src/protocol/audit.ts'
import type { Server } from '../src/server.ts'
import { listAuditBehind } from '../src/store/audit.ts'

/** Its rows, in order. */
export const auditOf = (server: Server): Promise<readonly AuditRow[]> =>
  server.store.read(listAuditBehind(0, 10_000))

/** Its types, in order. */
export const typesOf = async (server: Server): Promise<readonly string[]> =>
  (await auditOf(server)).map(({ type }) => type)

/** The same row without what differs from run to run. */
export const said = ({
  type,
  actor,
  client_id,
  sub,
  detail,
}: AuditRow): Readonly<Record<string, unknown>> => ({
  type,
  actor,
  ...(client_id === null ? {} : { client_id }),
  ...(sub === null ? {} : { sub }),
  ...(detail === null ? {} : { detail: JSON.parse(detail) }),
})

/** What is wrong with it, in words. */
export const faultsOf = async (server: Server): Promise<readonly string[]> =>
  (await checkAudit(server)).faults.map(({ problem }) => problem)
