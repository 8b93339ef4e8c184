import { audited } from '../actions/audit.ts'
import { fapiAlg } from '../protocol/fapi.ts'
import { DEFAULT_ALG, SIGNING_ALGS } from '../protocol/key-state.ts'
import {
  ACCESS_TOKEN_FORMATS,
  type ProtectedResource,
  registrableResource,
} from '../protocol/protected-resource.ts'
import { resourceKey } from '../protocol/resource.ts'
import { findResource, insertResource, listResources } from '../store/resource.ts'
import type { Work } from '../store/work.ts'
import { type Command, defineCommand } from './command.ts'
import { conflicting } from './failure.ts'
import { choice, lifetime, text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { RESOURCE, resourceFields, shownResource } from './resource.ts'
import { scopes } from './scope-flag.ts'

/** `oauthd resource:create`: what it says holds for the next token. */
export const resourceCreate: Command = defineCommand({
  name: 'resource:create',
  modes: ['json', 'quiet'],
  flags: {
    name: text('NAME', 'what people call it'),
    format: choice(ACCESS_TOKEN_FORMATS, 'what tokens for it are (default: as serve says)'),
    alg: choice(SIGNING_ALGS, `what its JWTs are signed with (default ${DEFAULT_ALG})`),
    ttl: lifetime('how long tokens for it live, where their client says nothing'),
    scope: scopes('the scopes it knows'),
    advertise: toggle('name it in the metadata of this server'),
  },
  operands: { resource: RESOURCE },
  settings: [],
  examples: [
    [
      'An API that asks about its tokens',
      'oauthd resource:create https://api.example --scope "orders:read orders:write"',
    ],
    ['One that checks signatures', 'oauthd resource:create https://api.example --format jwt --alg ES256'],
  ],
  output: [
    'The resource as it is registered. From the first one on clients may name no other.',
    '--json  {"resource","access_token_format","signing_alg","access_token_ttl","scope","advertised",…}',
    '-q      the resource',
  ],
  exit: [1, 4, 5],
  see: ['resource:list', 'resource:show', 'resource:delete'],
  run: async (call) => {
    const { flags, operands, print } = call
    const registrable = registrableResource({
      resource: operands.resource,
      resource_name: flags.name,
      access_token_format: flags.format,
      signing_alg: flags.alg,
      access_token_ttl: flags.ttl,
      scope: flags.scope,
      is_advertised: flags.advertise,
    })
    await withServer(call, 'existing', async (server, now) => {
      const resource: ProtectedResource = { ...registrable, created_at: now }
      const { is_first, there } = await server.store.write(() =>
        audited(server.audit(), register(resource), ({ there: taken }) =>
          taken === undefined
            ? { type: 'resource_created', detail: { resource: resource.resource, scope: resource.scope } }
            : undefined,
        ),
      )
      if (there !== undefined) {
        throw conflicting(
          'resource_exists',
          `${there.resource} is registered already`,
          'oauthd resource:show shows it',
        )
      }
      // KEY-02: its key is published before anybody needs it.
      const { access_token_format, signing_alg } = resource
      if (access_token_format === 'jwt' || signing_alg !== null)
        await server.keys.ensure(fapiAlg(signing_alg ?? DEFAULT_ALG, server.settings))
      print.result({
        json: () => shownResource(resource),
        ids: [resource.resource],
        title: `Registered ${resource.resource}`,
        fields: resourceFields(resource),
      })
      if (is_first) print.note('from now on a client may name no resource that is not registered')
    })
  },
})

/** Registers it, unless it is there. */
function* register(
  resource: ProtectedResource,
): Work<{ readonly is_first: boolean; readonly there?: ProtectedResource | undefined }> {
  const key = resourceKey(resource.resource)
  if (!(yield* insertResource(key, resource))) return { is_first: false, there: yield* findResource(key) }
  return { is_first: (yield* listResources()).length === 1 }
}
