import { audited } from '../actions/audit.ts'
import { formatDuration } from '../protocol/duration.ts'
import type { ProtectedResource } from '../protocol/protected-resource.ts'
import { resourceKey } from '../protocol/resource.ts'
import { protectedResourceMetadata } from '../protocol/resource-metadata.ts'
import { parseScope } from '../protocol/scope.ts'
import { deleteResource, findResource, listResources } from '../store/resource.ts'
import type { Work } from '../store/work.ts'
import { type Command, defineCommand } from './command.ts'
import { type Failure, misused, notFound } from './failure.ts'
import { choice, operand, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { iso } from './words.ts'

/** A resource as `--json` shows it; null is the server's to say. */
export interface ShownResource extends Omit<ProtectedResource, 'is_advertised' | 'created_at'> {
  readonly advertised: boolean
  readonly created_at: string
}

export const shownResource = ({
  is_advertised,
  created_at,
  ...resource
}: ProtectedResource): ShownResource => ({
  ...resource,
  advertised: is_advertised,
  created_at: iso(created_at),
})

/** The same for people. */
export const resourceFields = (resource: ProtectedResource): readonly (readonly [string, string])[] => [
  ['name', resource.resource_name ?? ''],
  ['tokens', resource.access_token_format ?? 'as the server says'],
  ['alg', resource.signing_alg ?? ''],
  ['lifetime', resource.access_token_ttl === null ? '' : formatDuration(resource.access_token_ttl)],
  ['scope', resource.scope],
  ['advertised', resource.is_advertised ? 'yes' : 'no'],
]

export const RESOURCE: ReturnType<typeof operand> = operand('URI', 'the resource, as RFC 8707 names it')

const unknown = (resource: string): Failure =>
  notFound('resource_not_found', `no resource ${resource} is registered`, 'oauthd resource:list shows them')

/** `oauthd resource:list` */
export const resourceList: Command = defineCommand({
  name: 'resource:list',
  modes: ['json', 'quiet'],
  flags: {},
  operands: {},
  settings: [],
  examples: [['All registered resources', 'oauthd resource:list']],
  output: ['A table by resource.', '--json  a list of objects', '-q      the resources'],
  exit: [1, 5],
  see: ['resource:create', 'resource:show'],
  run: async (call) =>
    withServer(call, 'existing', async ({ store }) =>
      call.print.list({
        rows: await store.read(listResources()),
        json: shownResource,
        id: ({ resource }) => resource,
        columns: [
          { head: 'RESOURCE', cell: ({ resource }) => resource },
          { head: 'NAME', cell: ({ resource_name }) => resource_name ?? '' },
          { head: 'TOKENS', cell: ({ access_token_format }) => access_token_format ?? 'as the server says' },
          { head: 'SCOPE', cell: ({ scope }) => scope },
        ],
        empty:
          'No resource is registered yet: clients may name any. Register one: oauthd resource:create URI',
      }),
    ),
})

/** `oauthd resource:show`, and with `--metadata` the document that the resource should serve. */
export const resourceShow: Command = defineCommand({
  name: 'resource:show',
  modes: ['json', 'quiet'],
  flags: {
    metadata: toggle('the document that it should serve of itself (RFC 9728)'),
    dpop: choice(
      ['optional', 'required'],
      'of --metadata: it takes tokens bound by DPoP, or takes no others',
    ),
    tls_client_certificate_bound_access_tokens: toggle(
      'of --metadata: it takes tokens bound to a client certificate',
    ),
  },
  operands: { resource: RESOURCE },
  settings: ['issuer'],
  examples: [
    ['One resource', 'oauthd resource:show https://orders.example'],
    ['What it should serve', 'oauthd resource:show https://orders.example --metadata'],
    ['One that takes bound tokens', 'oauthd resource:show https://orders.example --metadata --dpop optional'],
  ],
  output: [
    'The resource as it is registered; with --metadata a JSON document.',
    '--json  {"resource","access_token_format","signing_alg","access_token_ttl","scope","advertised",…}',
    '-q      the resource',
  ],
  exit: [1, 3, 5],
  see: ['resource:list', 'resource:create'],
  run: async (call) => {
    const { flags, operands, print } = call
    const { dpop, tls_client_certificate_bound_access_tokens } = flags
    if (!flags.metadata && (dpop !== undefined || tls_client_certificate_bound_access_tokens)) {
      throw misused('what the resource takes is said in its metadata', 'add --metadata')
    }
    if (flags.metadata && print.mode === 'quiet')
      throw misused('--metadata and --quiet exclude each other', 'leave one of them out')
    await withServer(call, 'existing', async (server) => {
      const found = await server.store.read(findResource(resourceKey(operands.resource)))
      if (found === undefined) throw unknown(operands.resource)
      if (flags.metadata) {
        const { resource, resource_name, scope } = found
        const taken = { dpop, tls_client_certificate_bound_access_tokens }
        const of = { resource, resource_name, scopes: parseScope(scope) ?? [], ...taken }
        const document = protectedResourceMetadata(of, server.settings)
        return print.raw(JSON.stringify(document, null, print.mode === 'json' ? 0 : 2))
      }
      return print.result({
        json: () => shownResource(found),
        ids: [found.resource],
        title: found.resource,
        fields: resourceFields(found),
      })
    })
  },
})

/** `oauthd resource:delete`: tokens that are out there live on, and no new one is for it. */
export const resourceDelete: Command = defineCommand({
  name: 'resource:delete',
  modes: ['json', 'quiet'],
  flags: {},
  operands: { resource: RESOURCE },
  settings: [],
  examples: [['Forget a resource', 'oauthd resource:delete https://orders.example']],
  output: [
    'What was deleted. Its tokens live to their end; no new one is for it.',
    '--json  {"resource","deleted":true}',
    '-q      the resource',
  ],
  exit: [1, 3, 5],
  see: ['resource:list', 'resource:create'],
  run: async (call) => {
    const { operands, print } = call
    await withServer(call, 'existing', async ({ store, audit }) => {
      const { deleted, is_last } = await store.write(() =>
        audited(
          audit(),
          forget(operands.resource),
          ({ deleted: gone }) => gone && { type: 'resource_deleted', detail: { resource: gone.resource } },
        ),
      )
      if (deleted === undefined) throw unknown(operands.resource)
      const { resource } = deleted
      print.result({
        json: () => ({ resource, deleted: true }),
        ids: [resource],
        title: `Deleted ${resource}`,
      })
      if (is_last) print.note('no resource is registered any more: clients may name any')
    })
  },
})

function* forget(
  uri: string,
): Work<{ readonly deleted: ProtectedResource | undefined; readonly is_last: boolean }> {
  const deleted = yield* deleteResource(resourceKey(uri))
  return { deleted, is_last: deleted !== undefined && (yield* listResources()).length === 0 }
}
