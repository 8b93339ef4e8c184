import { createListener } from '../http/listener.ts'
import type { Metrics } from '../http/metrics.ts'
import { limitPipelining } from '../http/pipelining.ts'
import { routes } from '../http/routes.ts'
import { refuseUnheard } from '../http/unheard.ts'
import type { Server } from '../server.ts'
import { Failure, failed } from './failure.ts'
import { type Listening, listenOn } from './listen.ts'

/**
 * `--metrics-port`: a listener without TLS, of whatever tells how the server is, and nothing else (HTTP-19).
 *
 * @throws {Failure} exit 1 when the port cannot be listened on
 */
export const listenForMetrics = async (
  server: Server,
  metrics: Metrics,
  { host, metrics_port }: { readonly host: string; readonly metrics_port: number },
): Promise<Listening> => {
  const endpoints = [metrics.route, ...routes().filter(({ at }) => at === 'root')]
  try {
    const listener = limitPipelining(server, createListener(server, endpoints))
    const listening = await listenOn(listener, host, metrics_port)
    refuseUnheard(listening.server, server)
    // The first scrape is to tell of lags too, and to wait for nothing.
    await metrics.load(server)
    return listening
  } catch (error) {
    // Its hints are for --port.
    if (!(error instanceof Failure)) throw error
    throw failed(error.code, error.message, 'use another --metrics-port', error)
  }
}
