/** An app that knows nothing of tokens: who asks stands in headers that only the proxy can write. */
import { createServer } from 'node:http'

const port = Number(process.env['PORT'] ?? 3000)

createServer((request, response) => {
  const { 'x-oauth-client-id': client_id, 'x-oauth-sub': sub, 'x-oauth-scope': scope } = request.headers
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify({ invoices: ['2026-001'], client_id, sub, scope })}\n`)
}).listen(port, '127.0.0.1', () => console.error(`the app listens on http://127.0.0.1:${port}`))
