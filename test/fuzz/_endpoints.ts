/** Requests to every operation of openapi.json, of servers in this process, and what must hold of the answers. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { basic, type Harness, openHarness } from '../http/_harness.ts'
import { type Described, type DescribedOperation, mismatch, operationsOf } from '../http/_openapi.ts'
import { hostileText } from './_text.ts'

export interface Walk {
  /** Whatever is sent, the answer is documented and no fault. */
  readonly property: fc.IAsyncProperty<[unknown]>
  readonly operations: readonly DescribedOperation[]
  /** Each operation with each status it answered with. */
  readonly seen: ReadonlySet<string>
  close(): Promise<void>
}

export const openWalk = async (): Promise<Walk> => {
  const h: Harness = await openHarness()
  const app = await h.another({ interaction_url: 'https://app.example/ask' })
  const client = await h.client({
    grant_types: ['client_credentials'],
    scope: 'a oauthd:interactions introspect',
  })
  const bearer = `Bearer ${await h.token(client)}`
  const document = await h.send('GET', '/oauth/openapi.json')
  const { paths, components } = document.body as unknown as Described
  const operations = operationsOf(paths)
  const seen = new Set<string>()

  const value = fc.oneof(
    fc.constantFrom(client.client_id, client.client_secret, bearer.slice(7), `ar_${'0'.repeat(26)}`),
    fc.constantFrom('code', 'S256', 'client_credentials', 'refresh_token', 'https://app.example/callback'),
    hostileText,
  )
  const members = (names: readonly string[]): fc.Arbitrary<[string, string][]> =>
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names, 'x'), hostileText), value), { maxLength: 6 })
  const asked = fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      id: value,
      query: members(operation.query),
      body: members(operation.body),
      type: fc.constantFrom(operation.media, operation.media, 'application/json', 'text/plain', ''),
      authorization: fc.constantFrom('', bearer, basic(client).authorization, 'Basic !', 'DPoP x', 'Bearer'),
      dpop: fc.constantFrom('', 'x', 'eyJhbGciOiJub25lIn0.e30.'),
      over: fc.constantFrom(h.server, app),
    }),
  )

  const property = fc.asyncProperty(asked, async ({ operation, id, query, body, type, over, ...sent }) => {
    const { method, path } = operation
    const target = path.replace(/\{\w+\}/, encodeURIComponent(id.toWellFormed()).replaceAll('.', '') || '-')
    const headers = Object.entries({ ...sent, 'content-type': type }).filter(([, text]) => text !== '')
    const json = type === 'application/json' ? JSON.stringify(Object.fromEntries(body)) : undefined
    const answered = await h.send(
      method,
      `${target}?${new URLSearchParams(query)}`,
      {
        headers: Object.fromEntries(headers),
        ...(method === 'GET' ? {} : { body: json ?? String(new URLSearchParams(body)) }),
      },
      over,
    )
    assert.ok(answered.status < 500, answered.text)
    assert.equal(mismatch(operation, components, answered), undefined)
    seen.add(`${method} ${path} ${answered.status}`)
  })
  return { property, operations, seen, close: () => h.close() }
}
