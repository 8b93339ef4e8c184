/** Servers as operators run them, and what the metadata of each says. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import { dirname, join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { AuthorizationServerMetadata } from '../../src/protocol/metadata.ts'
import { authority, localhost, type Made } from '../_certificates.ts'
import { oauthd, type Serving } from '../_process.ts'
import { openSite, type Site } from './_site.ts'
import { addPeople, type Visitor, visitor } from './_visitor.ts'

/** A running server, what it says it can do, and who tries that. */
export interface Walk {
  readonly name: string
  readonly site: Site
  readonly serving: Serving
  readonly metadata: AuthorizationServerMetadata
  readonly ana: Visitor
  /** Who issues client certificates. */
  readonly ca: Made
  readonly isFapi: boolean
}

/** One of each way to run it that metadata speaks of. */
export const openWalks = async (): Promise<{ walks: readonly Walk[]; close(): Promise<void> }> => {
  const ca = await authority()
  setDefaultCACertificates([...getCACertificates(), ca.cert])
  const sites: Site[] = []
  const open = async (
    name: string,
    prepare: (file: (name: string, text: string) => string, db: string) => Promise<readonly string[]>,
  ): Promise<Walk> => {
    const site = await openSite()
    sites.push(site)
    await addPeople(site, 'ana')
    const written = (file: string, text: string): string => {
      const path = join(dirname(site.db), file)
      writeFileSync(path, text)
      return path
    }
    const serving = await site.serve(...(await prepare(written, site.db)))
    const found = await fetch(`${serving.issuer}/.well-known/oauth-authorization-server`)
    const metadata = (await found.json()) as AuthorizationServerMetadata
    const isFapi = name === FAPI
    return { name, site, serving, metadata, ana: visitor(serving), ca, isFapi }
  }
  const walks = [
    await open('as it comes', async () => []),
    await open('with TLS and client certificates', async (file) => {
      const shown = await localhost(ca)
      const own = ['--tls-cert', file('id.crt', shown.cert), '--tls-key', file('id.key', shown.key)]
      return [...own, '--tls-client-ca', file('ca.crt', ca.cert), '--mtls-url', 'https://mtls.example']
    }),
    await open(FAPI, async () => ['--profile', 'fapi2']),
    await open('with scopes, resources and detail types, and JWT access tokens', async (file, db) => {
      const made = async (...args: readonly string[]): Promise<void> => {
        const { code, stderr } = await oauthd([...args, '--db', db])
        assert.equal(code, 0, stderr)
      }
      await made('scope:set', 'a', '--title', 'Read')
      await made('scope:set', 'b', '--title', 'Write')
      for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
        const uri = `https://${alg.toLowerCase()}.example`
        await made('resource:create', uri, '--alg', alg, '--advertise')
      }
      return ['--access-token-format', 'jwt', '--config', file('oauthd.toml', CONFIG)]
    }),
  ]
  return { walks, close: async () => void (await Promise.all(sites.map((site) => site.close()))) }
}

const FAPI = 'under FAPI 2.0'

const CONFIG = `[authorization_details.payment_initiation]
title = "Start a payment"
[authorization_details.account_information]
title = "See your accounts"
`

export interface Sent {
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** The certificate that is shown, where the server is asked over TLS. */
  readonly made?: Made | undefined
}

export interface Told {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  /** Empty where the answer is no JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks the server at one of its addresses, whatever host is in it: POST with a form, GET without. */
export const ask = ({ serving, ca }: Walk, address: string, sent: Sent = {}): Promise<Told> => {
  const { form, headers, made } = sent
  const { host, pathname, search } = new URL(address)
  const { protocol, port } = new URL(serving.url)
  const body = form && new URLSearchParams(form).toString()
  const options = {
    agent: false,
    host: '127.0.0.1',
    port,
    path: pathname + search,
    method: body === undefined ? 'GET' : 'POST',
    headers: { host, ...(body && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
    servername: 'localhost',
    ca: ca.cert,
    ...(made && { cert: made.cert, key: made.key }),
  }
  return new Promise((resolve, reject) => {
    const asked = (protocol === 'https:' ? https : http).request(options, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => {
        const isJson = /json$/.test(answer.headers['content-type'] ?? '')
        const told = { status: answer.statusCode ?? 0, headers: answer.headers, text }
        resolve({ ...told, body: isJson ? JSON.parse(text) : {} })
      })
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
