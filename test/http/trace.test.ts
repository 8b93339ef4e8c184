import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

const traced = async (traceparent: string): Promise<unknown> => {
  const { headers } = await h.send('GET', '/healthz', { headers: { traceparent } })
  const line = h.lines().find((each) => each['request_id'] === headers.get('x-request-id'))
  assert.ok(line)
  return line['trace_id']
}

test('Trace Context 3.2: the line of a request has the id of its trace, so that it is found in everybody’s logs', async () => {
  assert.equal(await traced(`00-${TRACE}-00f067aa0ba902b7-01`), TRACE)
})

test('LG-01: nothing of a traceparent that is not well formed comes into the log', async () => {
  assert.equal(await traced(`00-${TRACE}-00f067aa0ba902b7-01-x`), undefined)
  assert.equal(await traced('a-secret'), undefined)
  assert.equal(JSON.stringify(h.lines()).includes('a-secret'), false)
})
