import { isLoopbackHost } from '../protocol/uri.ts'
import type { Server } from '../server.ts'
import { type Exchange, type Handler, NO_STORE, nothingHere } from './answer.ts'
import type { Exposition } from './exposition.ts'
import type { Route } from './routes.ts'

/** GET /metrics, for those listeners that have it. */
export interface Metrics {
  /** For a port of its own. */
  readonly route: Route
  /** For the port where everything else is, which is reached by whoever may ask there. */
  onMainPort(host: string, settings: Pick<Server['settings'], 'trust_proxy'>): readonly Route[]
  /** Begins to watch what takes time to be seen; without it the first request does. */
  load(server: Server): Promise<unknown>
}

export const createMetrics = (): Metrics => {
  let made: Promise<Exposition> | undefined
  const load = (server: Server): Promise<Exposition> => {
    made ??= import('./exposition.ts').then(({ createExposition }) => createExposition(server))
    return made
  }
  const answer: Handler = async (server) => {
    const { content_type, text } = await load(server)
    return { status: 200, headers: { 'content-type': content_type, ...NO_STORE }, body: await text() }
  }
  const route: Route = { at: 'root', name: 'metrics', cors: 'none', GET: answer }
  return {
    route,
    load,
    /**
     * The contract's conditions: nobody but this machine reaches the port, and no proxy brings others there.
     * What is not served is not there, whoever asks (HTTP-19).
     */
    onMainPort(host, { trust_proxy }) {
      if (!isLoopbackHost(host) || trust_proxy.length > 0) return []
      const GET: Handler = (server, exchange) =>
        wasForwarded(exchange) ? nothingHere() : answer(server, exchange)
      return [{ ...route, GET }]
    },
  }
}

/** Whether a proxy says that it stands between: RFC 7239, or the headers that were there before it. */
const wasForwarded = ({ request }: Exchange): boolean =>
  [...request.headers.keys()].some((name) => /^(?:forwarded$|x-forwarded-)/i.test(name))
