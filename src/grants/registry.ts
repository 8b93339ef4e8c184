import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { refreshToken } from './refresh-token.ts'

const ALL: readonly Grant[] = [authorizationCode, refreshToken, clientCredentials]

/** Every grant type that works, by name; discovery and the token endpoint read it. */
export const grants: ReadonlyMap<string, Grant> = new Map(ALL.map((grant) => [grant.grant_type, grant]))
