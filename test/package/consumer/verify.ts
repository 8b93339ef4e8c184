import { createVerifier, type OpenVerifier } from 'oauthd/verify'
import { askRoute, openServer } from './server.ts'

const { server, token } = await openServer('verify.db')
const verifier: OpenVerifier = createVerifier({ db: 'verify.db' })
await askRoute(verifier, token)
await verifier.close()
await server.close()
