import { wellKnownPath } from '../protocol/issuer.ts'
import { webUriProblem } from '../protocol/uri.ts'
import { type Asking, askJson } from './json.ts'
import { isResting, resting } from './resting.ts'

/** An address that the metadata of a server names. */
export interface Discovered {
  /** Asked for once, and again when it was of no use: never twice in a few seconds. */
  address(): Promise<string>
  /** The address was of no use: who needs it later asks anew. */
  forget(): void
}

/**
 * RFC 8414 section 3: finds an endpoint by its issuer.
 *
 * @param member of the metadata: `introspection_endpoint`, `jwks_uri`
 */
export const discovered = (issuer: string, member: string, asking: Asking = {}): Discovered => {
  const { clock = Date.now } = asking
  const attempt = resting(() => discover(issuer, member, asking), clock)
  let known: Promise<string> | undefined
  let from = 0
  const ask = (): Promise<string> => {
    from = clock()
    return attempt().catch((error: unknown) => {
      known = undefined
      throw error
    })
  }
  return {
    address() {
      known ??= ask()
      return known
    },
    forget() {
      // What it said a moment ago it would say again.
      if (!isResting(from, clock())) known = undefined
    },
  }
}

const discover = async (issuer: string, member: string, asking: Asking): Promise<string> => {
  const url = new URL(wellKnownPath(issuer), issuer).href
  const { status, body } = await askJson(url, {}, asking)
  if (status !== 200 || typeof body !== 'object' || body === null) {
    throw new Error(`${url} answered ${status} and no metadata`)
  }
  const metadata = new Map<string, unknown>(Object.entries(body))
  // RFC 8414 section 3.3: another issuer's metadata MUST NOT be used.
  if (metadata.get('issuer') !== issuer) {
    throw new Error(`${url} is the metadata of ${metadata.get('issuer')}, not of ${issuer}`)
  }
  const address = metadata.get(member)
  const problem = typeof address === 'string' ? webUriProblem(address) : 'is missing'
  if (typeof address !== 'string' || problem !== undefined) {
    throw new Error(`${member} in ${url} ${problem}`)
  }
  return address
}
