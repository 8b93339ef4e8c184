/** Client certificates through the real nginx and Caddy, with the configurations of the guide. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:https'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { authority, localhost, type Made, selfSigned } from '../_certificates.ts'
import { CHECKOUT, start } from '../_process.ts'
import { atEnd, temporaryFolder } from '../_store.ts'
import { openSite } from '../end-to-end/_site.ts'
import { caddy, freePort, missing, nginx, untilSays } from './_behind.ts'

const guide = readFileSync(join(CHECKOUT, 'docs/guides/tls-and-mtls.md'), 'utf8')

const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(guide)?.[1] ?? ''

/** What stands around the guide's block, so that it runs without a system. */
const AROUND: Readonly<Record<string, (block: string, port: number) => string>> = {
  nginx: (block, port) =>
    `pid nginx.pid; error_log stderr notice; events {}
     http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
     uwsgi_temp_path uwsgi; scgi_temp_path scgi; ${block.replace('listen 443', `listen 127.0.0.1:${port}`)} }`,
  caddy: (block, port) =>
    `{\n admin off\n auto_https off\n}\n${block.replace('id.example {', `https://localhost:${port} {\n bind 127.0.0.1`)}`,
}

interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const behind = async (t: TestContext, proxy: typeof nginx, ...args: readonly string[]) => {
  const site = await openSite()
  atEnd(t, () => site.close())
  const ca = await authority()
  const machine = await ca.issue({ name: 'C=DE,O=Acme,CN=machine' })
  const { client_id } = await site.client({
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: 'CN=machine,O=Acme,C=DE',
    tls_client_certificate_bound_access_tokens: true,
  })
  const port = await freePort()
  const folder = temporaryFolder(t)
  const shown = await localhost(ca)
  for (const [name, text] of [
    ['id.crt', shown.cert],
    ['id.key', shown.key],
    ['ca.crt', ca.cert],
  ] as const) {
    writeFileSync(join(folder, name), text)
  }
  const serving = await site.serve('--issuer', `https://localhost:${port}`, ...args)
  const language = proxy.program === 'nginx' ? 'nginx' : 'caddyfile'
  const block = blockOf(language).replace('127.0.0.1:6749', new URL(serving.url).host)
  assert.match(block, /Client-Cert/)
  const config = join(folder, proxy.config)
  writeFileSync(config, AROUND[proxy.program]?.(block, port) ?? '')
  const running = start(proxy.program, proxy.args(folder, config), { cwd: folder, env: { HOME: folder } })
  atEnd(t, () => running.stop('SIGKILL'))
  await untilSays(running, proxy.listens)
  const ask = async (
    path: string,
    made?: Made,
    form?: object,
    headers: RequestOptions['headers'] = {},
  ): Promise<Answered> => {
    const asked = request(`https://localhost:${port}${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      agent: false,
      ca: ca.cert,
      family: 4,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      ...(made && { cert: made.cert, key: made.key }),
    })
    asked.end(new URLSearchParams({ ...form }).toString())
    const [answer] = await once(asked, 'response')
    let text = ''
    for await (const chunk of answer.setEncoding('utf8')) text += chunk
    const isJson = String(answer.headers['content-type']).includes('json')
    return { status: answer.statusCode, body: isJson ? JSON.parse(text) : {} }
  }
  return { ask, ca, machine, client_id, form: { grant_type: 'client_credentials', client_id } }
}

for (const proxy of [nginx, caddy]) {
  const skip = missing(proxy)

  test(`MT-01: behind ${proxy.program} a client is known by the certificate that it hands on, browsers need none`, {
    skip,
  }, async (t) => {
    const { ask, machine, client_id, form, ca } = await behind(t, proxy, '--trust-proxy', '127.0.0.1')
    const { status, body } = await ask('/oauth/token', machine, form)
    assert.equal(status, 200, JSON.stringify(body))
    const token = { client_id, token: String(body['access_token']) }
    const seen = await ask('/oauth/introspect', machine, token)
    const x5t = await crypto.subtle.digest('SHA-256', Buffer.from(machine.base64, 'base64'))
    assert.deepEqual(seen.body['cnf'], { 'x5t#S256': Buffer.from(x5t).toString('base64url') })
    assert.equal((await ask('/healthz')).status, 200)
    assert.equal((await ask('/oauth/token', undefined, form)).status, 401)
    const other = await ca.issue({ name: 'C=DE,O=Acme,CN=other' })
    assert.equal((await ask('/oauth/token', other, form)).status, 401)
  })

  test(`MT-01, attack: behind ${proxy.program} nobody writes the header himself, nor shows what no authority issued`, {
    skip,
  }, async (t) => {
    const { ask, machine, form, ca } = await behind(t, proxy, '--trust-proxy', '127.0.0.1')
    const forged = [`:${machine.base64}:`, machine.base64, encodeURIComponent(machine.cert)]
    const other = await ca.issue({ name: 'C=DE,O=Acme,CN=other' })
    for (const value of forged) {
      for (const name of ['Client-Cert', 'client_cert', 'CLIENT-CERT']) {
        assert.equal((await ask('/oauth/token', undefined, form, { [name]: value })).status, 401, name)
        assert.equal((await ask('/oauth/token', other, form, { [name]: value })).status, 401, name)
      }
    }
    const namesake = await selfSigned({ name: 'C=DE,O=Acme,CN=machine' })
    const stopped = await ask('/oauth/token', namesake, form).catch(() => ({ status: 0 }))
    assert.ok(stopped.status === 0 || stopped.status === 400, 'the proxy itself refuses it')
    assert.equal((await ask('/oauth/token', machine, form)).status, 200)
  })
}

test('MT-01, attack: an nginx that is not trusted hands on what is dropped', {
  skip: missing(nginx),
}, async (t) => {
  const { ask, machine, form } = await behind(t, nginx, '--trust-proxy', '192.0.2.1')
  assert.equal((await ask('/oauth/token', machine, form)).status, 401)
})
