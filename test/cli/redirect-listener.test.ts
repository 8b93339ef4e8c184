import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Failure } from '../../src/cli/failure.ts'
import { type Listened, listenForRedirect, type Redirect } from '../../src/cli/redirect-listener.ts'
import type { Alarm } from '../../src/store/timers.ts'

const NEVER: Alarm = () => () => {}

const listen = async (t: TestContext, given: Partial<Listened> = {}): Promise<Redirect> => {
  const redirect = await listenForRedirect({
    registered: 'http://127.0.0.1:3000/cb',
    port: 0,
    state: 's',
    alarm: NEVER,
    ...given,
  })
  t.after(() => redirect.close())
  return redirect
}

test('contract, flow:code: nobody who comes back within five minutes is a failure, and the alarm ends with it', async (t) => {
  let ring = (): void => {}
  let stopped = 0
  const alarm: Alarm = (callback, milliseconds) => {
    assert.equal(milliseconds, 300_000)
    ring = callback
    return () => {
      stopped += 1
    }
  }
  const redirect = await listen(t, { alarm })
  ring()
  await assert.rejects(
    redirect.answer,
    (thrown) => thrown instanceof Failure && thrown.code === 'flow_timeout' && thrown.exit === 1,
  )
  redirect.close()
  assert.equal(stopped, 1)
})

test('RFC 8252 7.3: host, path and query stay as registered, only the port is our own', async (t) => {
  for (const [registered, shown] of [
    ['http://127.0.0.1:3000/cb?a=b', /^http:\/\/127\.0\.0\.1:\d+\/cb\?a=b$/],
    ['http://127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['http://localhost/a%2Fb', /^http:\/\/localhost:\d+\/a%2Fb$/],
  ] as const) {
    const { redirect_uri, answer } = await listen(t, { registered })
    assert.match(redirect_uri, shown)
    const back = new URL(redirect_uri)
    back.hostname = '127.0.0.1'
    back.searchParams.set('state', 's')
    assert.equal((await fetch(back)).status, 200)
    assert.equal((await answer).search, back.search)
  }
})

test('RFC 8252 8.3: it listens on loopback only, and what is no request of a browser ends nothing', async (t) => {
  const { redirect_uri, answer } = await listen(t)
  const { port } = new URL(redirect_uri)
  const socket = connect(Number(port), '127.0.0.1')
  socket.end('GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n')
  let said = ''
  socket.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(socket, 'close')
  assert.match(said, /^HTTP\/1\.1 404 /)
  assert.equal((await fetch(`${redirect_uri}?state=s&code=c`)).status, 200)
  assert.equal((await answer).searchParams.get('code'), 'c')
})

test('RFC 6749 4.1.2.1: the page of a refusal repeats nothing of it', async (t) => {
  const { redirect_uri } = await listen(t)
  const page = await (await fetch(`${redirect_uri}?state=s&error=%3Cscript%3E&error_description=x`)).text()
  assert.ok(!page.includes('script'))
  assert.match(page, /the terminal says why/)
})
