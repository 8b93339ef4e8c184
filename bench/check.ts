/**
 * What a check of the middleware costs: one local read, by the server in its process or by the shared file; or
 * one signature.
 */
import { boundTokens } from '../src/library-tokens.ts'
import { type Verifier, verifyBy, withBoundTokens } from '../src/resource/verifier.ts'
import { requireScope } from '../src/resource/web.ts'
import type { Server } from '../src/server.ts'
import { createVerifier } from '../src/verify.ts'
import { SCOPE } from './database.ts'
import { median } from './rounds.ts'

/** As many at once as the load has connections. */
const AT_ONCE = 64
const CHECKS = 20_000
const ROUNDS = 9

/** Microseconds of CPU of one check, whose own work is little but the look at the token. */
export interface Checks {
  readonly in_process: number
  readonly shared_file: number
  /** A JWT by the public keys of the server. */
  readonly public_keys: number
  /** How many times the first goes into the second: per round, then the median. */
  readonly ratio: number
}

/** JWTs that live, and who gave them. */
export interface Jwts {
  readonly issuer: string
  readonly audience: string
  readonly jwts: readonly string[]
}

/** Both in turn, there and back, after a first round that is not counted. */
export const measureChecks = async (
  server: Server,
  db: string,
  tokens: readonly string[],
  { issuer, audience, jwts }: Jwts,
): Promise<Checks> => {
  const file = createVerifier({ db })
  const bound = boundTokens(server)
  const own = withBoundTokens({ verify: (token) => verifyBy(bound, token) }, bound)
  const in_process = measured(own, tokens)
  const shared_file = measured(file, tokens)
  const rounds: { readonly in_process: number; readonly shared_file: number }[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const runs = [await in_process(), await shared_file(), await shared_file(), await in_process()] as const
    if (round > 0) rounds.push({ in_process: (runs[0] + runs[3]) / 2, shared_file: (runs[1] + runs[2]) / 2 })
  }
  await file.close()
  const keys = createVerifier({ jwks: { issuer, audience } })
  const by_keys = measured(keys, jwts)
  const signed = [await by_keys(), await by_keys(), await by_keys()]
  await keys.close()
  return {
    in_process: median(rounds.map((one) => one.in_process)),
    shared_file: median(rounds.map((one) => one.shared_file)),
    public_keys: median(signed),
    ratio: median(rounds.map((one) => one.shared_file / one.in_process)),
  }
}

/** A run of many checks, which gives the CPU of one. */
const measured = (verifier: Verifier, tokens: readonly string[]): (() => Promise<number>) => {
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
  return async () => {
    const begun = process.cpuUsage()
    const from = next
    await Promise.all(Array.from({ length: AT_ONCE }, () => some(from + CHECKS)))
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / (next - from)
  }
}
