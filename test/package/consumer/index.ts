import { askRoute, openServer } from './server.ts'

const { server, token } = await openServer('index.db')
await askRoute(server, token)
await server.close()
