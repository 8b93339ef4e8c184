import { Resolver } from 'node:dns/promises'

/** Every address of a host. */
export type Lookup = (
  host: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** How long one is waited for, and how often it is asked. Milliseconds. */
const PATIENCE = { timeout: 1500, tries: 2 }

/**
 * Asks the name servers of this machine, as many names at a time as there are. The system's own lookup has two
 * threads for all of them, and keeps one for as long as the slowest name server of a stranger likes.
 *
 * @param servers in place of those of this machine
 */
export const byNameServers =
  (servers?: readonly string[]): Lookup =>
  async (host) => {
    const resolver = new Resolver(PATIENCE)
    if (servers !== undefined) resolver.setServers(servers)
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    // Most names have addresses of one family alone, which is a failure of the other.
    if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason
    return [...found(v4, 4), ...found(v6, 6)]
  }

const found = (
  answer: PromiseSettledResult<readonly string[]>,
  family: number,
): Awaited<ReturnType<Lookup>> =>
  answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : []
