/** What the middleware costs in the process of an app. */
import type { Verifier } from '../src/resource/verifier.ts'
import { requireScope } from '../src/resource/web.ts'
import { SCOPE } from './database.ts'

/** As many at once as the load has connections. */
const AT_ONCE = 64
const CHECKS = 100_000

/** Microseconds of CPU of one check, whose own work is little but the look at the token. */
export const measureCheck = async (verifier: Verifier, tokens: readonly string[]): Promise<number> => {
  const [scope = ''] = SCOPE.split(' ')
  const check = requireScope(verifier, scope)
  const requests = tokens.map(
    (token) => new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } }),
  )
  let next = 0
  const some = async (until: number): Promise<void> => {
    while (next < until) {
      const request = requests[next++ % requests.length]
      if (request === undefined) throw new Error('there are no tokens')
      const { response } = await check(request)
      if (response !== undefined) throw new Error(`a check answered ${response.status}`)
    }
  }
  const run = (until: number): Promise<unknown> =>
    Promise.all(Array.from({ length: AT_ONCE }, () => some(until)))
  await run(CHECKS / 5)
  const begun = process.cpuUsage()
  const from = next
  await run(from + CHECKS)
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / (next - from)
}
