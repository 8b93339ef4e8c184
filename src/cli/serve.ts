import type { RequestListener } from 'node:http'
import { type PageFiles, readPageFiles } from '../page-files.ts'
import { SETTING_NAMES, type Settings } from '../protocol/settings.ts'
import { themeWarnings } from '../protocol/theme.ts'
import { now, openServer, type Server } from '../server.ts'
import { countClients } from '../store/client.ts'
import { putState } from '../store/state.ts'
import { type Command, type Context, defineCommand } from './command.ts'
import { drain } from './drain.ts'
import { failed } from './failure.ts'
import type { Listening } from './listen.ts'

/** `oauthd serve`: the endpoints over HTTP, until SIGTERM, SIGINT or SIGHUP. */
export const serve: Command = defineCommand({
  name: 'serve',
  modes: ['json'],
  flags: {},
  operands: {},
  settings: SETTING_NAMES.filter((name) => name !== 'db'),
  examples: [
    ['On this machine', 'oauthd serve'],
    ['Behind a TLS proxy', 'oauthd serve --issuer https://id.example'],
    ['With a certificate of its own', 'oauthd serve --tls-cert id.crt --tls-key id.key'],
    ['In a test, on a free port', 'oauthd serve --port 0 --db test.db --json'],
  ],
  output: [
    'A banner and the log on stderr: JSON lines, or lines for people on a terminal.',
    'SIGTERM, SIGINT and SIGHUP: requests that have begun are answered, then exit 0.',
    '--json  one line when it listens: {"event":"listening","url","issuer","pid"}, "metrics_url" with --metrics-port',
  ],
  exit: [1, 5],
  see: ['oauthd client:create', 'oauthd help config'],
  run: async ({ config, print, stop: takeSignals }) => {
    const stop = takeSignals()
    const [
      { settings, given },
      { createLog },
      { createLogSink },
      { createListener },
      { createMetrics },
      { limitPipelining },
      { routes },
      { refuseUnheard },
      { listenOn },
      { readAuthorities, readTls },
    ] = await Promise.all([
      config(),
      import('../http/log.ts'),
      import('./log-sink.ts'),
      import('../http/listener.ts'),
      import('../http/metrics.ts'),
      import('../http/pipelining.ts'),
      import('../http/routes.ts'),
      import('../http/unheard.ts'),
      import('./listen.ts'),
      import('./tls.ts'),
    ])
    const tls = readTls(settings)
    const client_authorities = readAuthorities(settings)
    const page_files = filesOf(settings.pages)
    for (const warning of themeWarnings(settings.pages)) print.warn(warning)
    const log = createLog(createLogSink(process.stderr, await logFormat(print.mode === 'human')))
    const ready = Promise.withResolvers<void>()
    let handle: RequestListener | undefined
    let opened: Server | undefined
    let listening: Listening | undefined
    let measured: Listening | undefined
    try {
      opened = await openServer({
        db: settings.db,
        mode: 'create',
        settings,
        secret: process.env['OAUTHD_SECRET'],
        page_files,
        client_authorities,
        log,
        actor: 'serve',
        onWarning: ({ message }) => print.warn(message),
      })
      listening = await listenOn(
        limitPipelining(opened, (req, res) => {
          if (stop.isAsked()) res.shouldKeepAlive = false
          if (handle !== undefined) handle(req, res)
          else void ready.promise.then(() => handle?.(req, res))
        }),
        settings.host,
        settings.port,
        tls,
      )
      // --port 0: the default issuer follows the port that was found.
      const scheme = tls === undefined ? 'http' : 'https'
      const issuer = given.issuer === undefined ? `${scheme}://localhost:${listening.port}` : settings.issuer
      const server = { ...opened, settings: { ...settings, issuer } }
      refuseUnheard(listening.server, server)
      await server.store.write(function* () {
        yield* putState('issuer', issuer)
        yield* putState('profile', settings.profile ?? 'none')
      })
      await server.sealed.sweep()
      server.housekeeping.start()
      const metrics = createMetrics()
      const { host, metrics_port } = settings
      if (metrics_port !== undefined) {
        const { listenForMetrics } = await import('./metrics-port.ts')
        measured = await listenForMetrics(server, metrics, { host, metrics_port })
      }
      handle = createListener(server, [...routes(), ...metrics.onMainPort(host, settings)])
      ready.resolve()
      const ports = { port: listening.port, metrics_port: measured?.port }
      await announce(server, { ...settings, issuer, ...ports }, print)
      // Made beforehand, so that nobody waits for it: a database's first signing key.
      void server.keys.published(now(server)).catch((err: unknown) => {
        if (!stop.isAsked()) log.error({ err }, 'no signing key')
      })
      await stop.first
      await drain(listening, stop.second)
    } catch (error) {
      end(listening)
      // Who was asked to stop while it waited to start has done as asked.
      if (!stop.isAsked()) throw error
    } finally {
      end(measured)
      await opened?.close()
      log.flush()
    }
  },
})

/** At once: whoever still waits there is cut off. */
const end = (listening: Listening | undefined): void => {
  listening?.server.close()
  listening?.server.closeAllConnections()
}

/** A page without its logo is not what was asked for: said before anybody sees one. */
const filesOf = (pages: Settings['pages']): PageFiles => {
  try {
    return readPageFiles(pages)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw failed('page_file_unusable', error.message, 'oauthd config:show --sources', error)
  }
}

/** The log as it is, or for people when they are looking. */
const logFormat = async (forPeople: boolean): Promise<((lines: string) => string) | undefined> => {
  if (!forPeople || !process.stderr.isTTY) return undefined
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    messageFormat: '{if route}{method} {route} {status} {ms} ms{end}{if msg} {msg}{end}',
    ignore: 'method,route,status,ms',
    errorLikeObjectKeys: ['err'],
  })
  return (lines) => lines.trimEnd().split('\n').map(pretty).join('')
}

const announce = async (server: Server, settings: Settings, print: Context['print']): Promise<void> => {
  const { issuer, prefix, host, port, metrics_port, tls_cert } = settings
  const name = host.includes(':') ? `[${host}]` : host
  const url = `${tls_cert === undefined ? 'http' : 'https'}://${name}:${port}`
  const metrics_url = metrics_port === undefined ? undefined : `http://${name}:${metrics_port}/metrics`
  if (print.mode === 'json') {
    print.raw(JSON.stringify({ event: 'listening', url, issuer, pid: process.pid, metrics_url }))
    await print.heard()
    return
  }
  const { ownVersion } = await import('./version.ts')
  if (server.created.length > 0) print.note(`Created ${server.created.join(' and ')} (0600)`)
  print.note(`oauthd ${ownVersion()}  issuer ${issuer}`)
  print.note(`├─ Tokens     ${issuer.replace(/\/$/, '')}/${prefix}/token`)
  const { wellKnownPath } = await import('../protocol/issuer.ts')
  print.note(`├─ Discovery  ${new URL(issuer).origin}${wellKnownPath(issuer)}`)
  const { interaction_url, rate_limits } = server.settings
  if (interaction_url !== undefined) print.note(`├─ Sign-in    ${interaction_url}`)
  if (!rate_limits) print.note('├─ Limits     off: anybody may guess as often as they like. For tests only')
  if (metrics_url !== undefined) print.note(`├─ Metrics    ${metrics_url}`)
  const clients = await server.store.read(countClients(1))
  print.note(
    clients === 0
      ? '└─ No clients yet. Next: oauthd client:create --name "My app" --grant client_credentials'
      : `└─ Listening on ${url}; Ctrl-C stops`,
  )
}
