/** Two static files; any web server would do. The script loses its types on the way. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'

const port = Number(process.env['PORT'] ?? 3000)
const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

const FILES: ReadonlyMap<string, readonly [type: string, text: string]> = new Map([
  ['/', ['text/html; charset=utf-8', read('index.html')]],
  ['/app.ts', ['text/javascript; charset=utf-8', stripTypeScriptTypes(read('app.ts'))]],
])

createServer((request, response) => {
  const [type, text] = FILES.get(new URL(request.url ?? '/', 'http://localhost').pathname) ?? []
  if (type === undefined) response.writeHead(404).end()
  else response.writeHead(200, { 'content-type': type, 'referrer-policy': 'no-referrer' }).end(text)
}).listen(port, 'localhost', () => console.error(`the app is at http://localhost:${port}`))
