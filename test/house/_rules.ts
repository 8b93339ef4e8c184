/**
 * The rules of the house as functions of a path and a text: each gives what is wrong, one line a
 * fault, so that every rule can be tried on a planted fault as well as on the sources.
 */
import { posix } from 'node:path'
import { codeOf, type Source } from './_source.ts'

/** What a room may reach. A room's own files may always import each other. */
interface Room {
  readonly rooms: readonly string[]
  readonly packages: readonly (string | RegExp)[]
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[]
  /** Packages of which only types may be imported: an app brings its own framework, or none. */
  readonly packageTypes?: readonly string[]
  /** Packages for some files only. */
  readonly only?: readonly { readonly files: RegExp; readonly packages: readonly (string | RegExp)[] }[]
}

/** What the three faces stand on; pages are HTTP's alone. */
const MIDDLE = ['protocol', 'store', 'crypto', 'actions', 'grants', 'outbound', 'resource']

/** What more than one face does with a server, a file a noun. */
const NOUNS = [
  'audit.ts',
  'authorizations.ts',
  'clients.ts',
  'consents.ts',
  'hash-key-rotation.ts',
  'request-sources.ts',
  'revocations.ts',
  'signed-tokens.ts',
  'tokens.ts',
  'users.ts',
]

/** What is sealed under the master secret, opened. */
const KEYS = ['seals.ts', 'hash-keys.ts', 'keyring.ts', 'audit-trail.ts']

/** The library's face, a file a part of it. */
const LIBRARY = [
  'library.ts',
  'library-arguments.ts',
  'library-authorization.ts',
  'library-clients.ts',
  'library-events.ts',
  'library-log.ts',
  'library-off.ts',
  'library-options.ts',
  'library-request.ts',
  'library-tokens.ts',
]

/** docs/map.md says what each room is for. A file at the top of src is a room of its own. */
const ROOMS: Readonly<Record<string, Room>> = {
  protocol: { rooms: [], packages: ['node:crypto'] },
  store: {
    rooms: [],
    types: ['protocol'],
    packages: [],
    only: [
      {
        files: /^src\/store\/(open|migrate|sqlite|network-file-system|engine-version)[a-z-]*\.ts$/,
        packages: ['better-sqlite3', 'node:fs', 'node:path', 'node:url'],
      },
    ],
  },
  crypto: { rooms: ['protocol'], packages: ['node:crypto', 'jose'] },
  actions: { rooms: ['store', 'protocol'], packages: [] },
  grants: { rooms: ['actions', 'store', 'protocol'], packages: [] },
  pages: { rooms: [], types: ['protocol'], packages: [] },
  http: {
    rooms: [...MIDDLE, ...NOUNS, 'client-keys.ts', 'counters.ts', 'pages', 'server.ts'],
    types: ['page-files.ts'],
    packages: ['h3', 'srvx', 'pino', 'node:crypto', 'node:http'],
    only: [{ files: /^src\/http\/exposition[a-z-]*\.ts$/, packages: ['prom-client'] }],
  },
  resource: {
    rooms: ['actions', 'store', 'crypto', 'protocol'],
    types: ['server.ts'],
    packages: [],
    packageTypes: ['h3', 'fastify', 'hono', 'node:http'],
  },
  outbound: {
    rooms: ['protocol', 'store'],
    packages: ['jose'],
    only: [
      {
        files: /^src\/outbound\/(?:guarded-fetch|name-servers)\.ts$/,
        packages: ['node:dns', 'node:http', 'node:https', 'node:net'],
      },
    ],
  },
  cli: {
    rooms: [
      ...MIDDLE,
      ...NOUNS,
      ...KEYS,
      'http',
      'server.ts',
      'master-secret.ts',
      'secret-rotation.ts',
      'page-files.ts',
      'tls-files.ts',
      'housekeeping.ts',
    ],
    packages: [/^node:/, 'commander', 'smol-toml', 'cli-table3'],
    only: [
      { files: /^src\/cli\/ask[a-z-]*\.ts$/, packages: ['inquirer', /^@inquirer\//] },
      { files: /^src\/cli\/listen\.ts$/, packages: ['listhen'] },
      { files: /^src\/cli\/flow-server\.ts$/, packages: ['oauth4webapi'] },
      { files: /^src\/cli\/open-browser\.ts$/, packages: ['open'] },
      { files: /^src\/cli\/serve\.ts$/, packages: ['pino-pretty'] },
    ],
  },
  'master-secret.ts': { rooms: ['crypto'], packages: ['node:fs'] },
  'tls-files.ts': { rooms: ['crypto', 'protocol'], packages: ['node:fs'] },
  'page-files.ts': { rooms: ['protocol'], packages: ['node:fs'] },
  'client-keys.ts': { rooms: ['crypto', 'protocol', 'outbound'], types: ['server.ts'], packages: ['jose'] },
  'seals.ts': { rooms: ['crypto', 'master-secret.ts'], packages: [] },
  'hash-keys.ts': { rooms: ['actions', 'crypto', 'store', 'seals.ts'], packages: [] },
  'secret-rotation.ts': {
    rooms: ['actions', 'crypto', 'store', 'key-file.ts', 'master-secret.ts', 'server.ts'],
    packages: [],
  },
  'key-file.ts': { rooms: ['crypto', 'master-secret.ts'], packages: ['node:fs', 'node:path'] },
  'keyring.ts': {
    rooms: ['actions', 'crypto', 'protocol', 'store', 'seals.ts'],
    types: ['audit-trail.ts'],
    packages: [],
  },
  'audit-trail.ts': { rooms: [], types: ['actions', 'crypto'], packages: [] },
  'counters.ts': { rooms: [], packages: [] },
  'client-failures.ts': { rooms: ['store'], packages: [] },
  'open-requests.ts': { rooms: [], packages: [] },
  'events.ts': { rooms: [], packages: [] },
  'housekeeping.ts': { rooms: ['actions', 'store'], packages: [] },
  'server.ts': {
    rooms: [
      ...MIDDLE,
      ...KEYS,
      'client-failures.ts',
      'counters.ts',
      'open-requests.ts',
      'master-secret.ts',
      'events.ts',
      'housekeeping.ts',
    ],
    types: ['page-files.ts'],
    packages: ['node:fs'],
  },
  ...Object.fromEntries(
    NOUNS.map((name) => [
      name,
      {
        rooms: [...MIDDLE, 'counters.ts', 'server.ts', 'signed-tokens.ts'],
        types: ['audit-trail.ts'],
        packages: [],
      },
    ]),
  ),
  'request-sources.ts': { rooms: [...MIDDLE, 'client-keys.ts', 'server.ts'], packages: [] },
  'verify.ts': {
    rooms: ['protocol', 'store', 'crypto', 'outbound', 'resource', 'master-secret.ts', ...KEYS],
    packages: [],
  },
  ...Object.fromEntries(
    LIBRARY.map((name) => [
      name,
      {
        rooms: [
          ...MIDDLE,
          ...NOUNS,
          ...LIBRARY,
          'http',
          'events.ts',
          'server.ts',
          'page-files.ts',
          'tls-files.ts',
        ],
        packages: ['h3', 'node:path', 'node:util'],
      },
    ]),
  ),
  'index.ts': {
    rooms: [
      'protocol',
      'store',
      'actions',
      'http',
      'resource',
      'events.ts',
      'server.ts',
      'clients.ts',
      'consents.ts',
      'master-secret.ts',
      ...LIBRARY,
    ],
    packages: [],
  },
}

interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

const STATIC =
  /^[ \t]*(?:import|export)\s+(type\s+)?((?:\w+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+))\s*from\s*['"]([^'"]+)['"]/gm
const BARE = /^[ \t]*import\s*['"]([^'"]+)['"]/gm
const DYNAMIC = /\bimport\(\s*(?:['"]([^'"]+)['"])?/g

/** `{ type A, type B }` takes types only, as does `import type`. */
const takesTypes = (names: string): boolean =>
  /^\s*\{/.test(names) &&
  names
    .replace(/[{}]/g, '')
    .split(',')
    .filter((name) => name.trim() !== '')
    .every((name) => /^\s*type\s/.test(name))

/** The import and export lines of a text and its import() calls; `from` is empty where it is computed. */
export const importsOf = (text: string): readonly Import[] => {
  const code = codeOf(text)
  const real = ({ index, 0: words }: RegExpExecArray): boolean =>
    /\b(import|export)\b/.test(code.slice(index, index + words.length))
  const of = (pattern: RegExp): readonly RegExpExecArray[] => [...text.matchAll(pattern)].filter(real)
  return [
    ...of(STATIC).map(([, type, names, from]) => ({
      from: from ?? '',
      typeOnly: type !== undefined || takesTypes(names ?? ''),
    })),
    ...of(BARE).map(([, from]) => ({ from: from ?? '', typeOnly: false })),
    ...of(DYNAMIC).map(([, from]) => ({ from: from ?? '', typeOnly: false })),
  ]
}

const roomOf = (path: string): string => path.split('/')[1] ?? ''

const fits = (name: string, allowed: readonly (string | RegExp)[]): boolean =>
  allowed.some((one) =>
    typeof one === 'string' ? name === one || name.startsWith(`${one}/`) : one.test(name),
  )

/** Who may import whom. */
export const layerFaults = ({ path, text }: Source): readonly string[] => {
  const name = roomOf(path)
  const room = ROOMS[name]
  if (room === undefined) return [`${path}: src/${name} is no room of the house`]
  const packages = [
    ...room.packages,
    ...(room.only ?? []).filter(({ files }) => files.test(path)).flatMap((one) => one.packages),
  ]

  const fault = ({ from, typeOnly }: Import): string | undefined => {
    if (from === '') return 'import() of something that is not a literal'
    if (!from.startsWith('.')) {
      if (fits(from, packages)) return undefined
      if (!fits(from, room.packageTypes ?? [])) return `may not import ${from}`
      return typeOnly ? undefined : `may import only types from ${from}`
    }
    if (!from.endsWith('.ts')) return `${from}: an import of ours ends in .ts`
    const target = posix.join(posix.dirname(path), from)
    if (!target.startsWith('src/')) return `${from} is outside src`
    const other = roomOf(target)
    if (other === name || room.rooms.includes(other)) return undefined
    if (!room.types?.includes(other)) return `may not import ${target}`
    return typeOnly ? undefined : `may import only types from ${target}`
  }
  return importsOf(text)
    .flatMap((one) => fault(one) ?? [])
    .map((what) => `${path}: ${what}`)
}

const CLOCK = /\bDate\b|\bperformance\b|\bhrtime\b/
const CHANCE = /\bMath\.random\b|\brandom(Bytes|UUID|Int|FillSync|Values)\b|\bgetRandomValues\b/
const WORLD = /\bprocess\.|\bfetch\(|\bconsole\.|\bglobalThis\b/
const WAITING = /\bawait\b|\basync\b|\bnew Promise\b|\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/

const IMPURE: Readonly<Record<string, readonly RegExp[]>> = {
  protocol: [CLOCK, CHANCE, WORLD, WAITING],
  actions: [CLOCK, CHANCE, WORLD, WAITING],
  grants: [CLOCK, CHANCE, WORLD, WAITING],
  pages: [CLOCK, CHANCE, WORLD, WAITING],
  store: [CLOCK, CHANCE],
  crypto: [CLOCK],
}

/** The faults that patterns find, with their line. */
const found = ({ path, text }: Source, patterns: readonly RegExp[], what: string): readonly string[] =>
  text.split('\n').flatMap((line, index) =>
    patterns.flatMap((pattern) => {
      const word = pattern.exec(line)?.[0]
      return word === undefined ? [] : [`${path}:${index + 1}: ${what} ${word.trim()}`]
    }),
  )

/** No clock, no chance, no world, no waiting where decisions are made. */
export const purityFaults = ({ path, text }: Source): readonly string[] =>
  found({ path, text: codeOf(text) }, IMPURE[roomOf(path)] ?? [], 'is not pure:')

const ESCAPES = [
  /(?<=[:<|&]\s*|\bas\s+|=>\s*|\bextends\s+)any\b(?!\s*\()|(?<=,\s*)any(?=\s*>)/,
  /[\w)\]]!(?=[.,;)\]\s[(]|$)(?!\s*=)/,
]
const DEFAULTS = [/\bexport\s+default\b/, /\bas\s+default\b/]
const LEFTOVERS = [/\b(TODO|FIXME|XXX)\b/, /@ts-(ignore|nocheck)\b/, /@ts-expect-error\b/]

/** No way round the types, no default exports, nothing left for later. */
export const wordFaults = (source: Source): readonly string[] => [
  ...found({ ...source, text: codeOf(source.text) }, [...ESCAPES, ...DEFAULTS], 'has'),
  ...found(source, LEFTOVERS, 'has'),
]

export const LONGEST = 250

/** One idea a file, one screen or two. */
export const lengthFaults = ({ path, text }: Source): readonly string[] => {
  const lines = text.trimEnd().split('\n').length
  return lines > LONGEST ? [`${path}: ${lines} lines, ${LONGEST} at most`] : []
}

/** The names that a text exports, types marked as such, sorted. */
export const exportsOf = (text: string): readonly string[] => {
  const code = codeOf(text)
  const lists = [...code.matchAll(/^export\s+(type\s+)?\{([^}]*)\}/gm)].flatMap((match) =>
    (match[2] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => {
        const type = match[1] !== undefined || name.startsWith('type ')
        return `${type ? 'type ' : ''}${name.replace(/^type\s+/, '').replace(/^.*\sas\s+/, '')}`
      }),
  )
  const own = [
    ...text.matchAll(/^export\s+(?:declare\s+|async\s+)*(const|function\*?|class|interface|type)\s+(\w+)/gm),
  ].map(([, kind, name]) => `${kind === 'interface' || kind === 'type' ? 'type ' : ''}${name}`)
  const stars = [...code.matchAll(/^export\s+\*.*$/gm)].map((match) => match[0].trim())
  return [...lists, ...own, ...stars].sort()
}

const MAP_LINE = /^- `([^`]+)`(.*)$/gm

/** The map against the tree: a line is "- `path` what it is". */
export const mapFaults = (map: string, paths: readonly string[]): readonly string[] => {
  const lines = [...map.matchAll(MAP_LINE)].map(([, path, words]) => ({
    path: path ?? '',
    words: words ?? '',
  }))
  const named = lines.map(({ path }) => path)
  return [
    ...paths.filter((path) => !named.includes(path)).map((path) => `missing: - \`${path}\` …`),
    ...named.filter((path) => !paths.includes(path)).map((path) => `not there: ${path}`),
    ...named.filter((path, index) => named.indexOf(path) !== index).map((path) => `twice: ${path}`),
    ...lines.filter(({ words }) => words.trim() === '').map(({ path }) => `no words: ${path}`),
  ]
}

/** The titles of a test file's tests: `test('…'`, `it('…'`. */
export const titlesOf = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*(?:await\s+)?(?:test|it)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gm)].map(
    (match) => match[2] ?? '',
  )

/**
 * A title names its source, a colon, and what is required: `RFC 7009 2.2: an unknown token is no error`.
 * How the work was cut up is no source.
 */
export const titleFaults = ({ path, text }: Source): readonly string[] =>
  titlesOf(text)
    .filter((title) => !/^\S.*?: \S+ \S+/.test(title) || /^issue\b[^:]*:/.test(title))
    .map((title) => `${path}: '${title}' names no requirement`)
