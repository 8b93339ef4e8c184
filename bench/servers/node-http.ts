/** The floor: a form read and a small JSON answer, by node:http and nothing else. */
import { createServer } from 'node:http'
import { announce } from './announce.ts'

announce(
  createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      const body = JSON.stringify({ ok: true, length: text.length })
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      })
      response.end(body)
    })
  }),
)
