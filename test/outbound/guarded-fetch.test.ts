import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Guard, guardedFetch } from '../../src/outbound/guarded-fetch.ts'
import { floodingSite, listeningPort, nameServer, otherSite } from './_site.ts'

const GUARD: Guard = { limit: 1000, timeout: 5000, allow_loopback: false }
const LOCAL: Guard = { ...GUARD, allow_loopback: true }

test('CM-06: a document is read, asked for as JSON, with nothing that tells who asks', async (t) => {
  const headers: string[] = []
  const site = await otherSite(t, (request, response) => {
    headers.push(
      ...request.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()),
    )
    response.end('{"a":"ü"}')
  })
  assert.equal(await guardedFetch(`${site.url}/keys?a=b`, LOCAL), '{"a":"ü"}')
  assert.deepEqual(site.asked, ['/keys?a=b'])
  assert.deepEqual(headers.sort(), ['accept', 'accept-encoding', 'connection', 'host'])
})

test('CM-06: loopback is asked only where the issuer itself is loopback, and http nothing but loopback', async (t) => {
  const site = await otherSite(t, (_, response) => response.end('{}'))
  for (const host of ['localhost', '127.0.0.1', '[::1]', '127.1', '0x7f000001', '2130706433', '0177.0.0.1']) {
    const url = `http://${host}:${site.port}/`
    await assert.rejects(guardedFetch(url, GUARD), /special address/, host)
  }
  const inside = nameServer(['10.0.0.1'])
  await assert.rejects(guardedFetch('http://bank.example/', LOCAL), /must be https/)
  await assert.rejects(
    guardedFetch('http://localhost/', { ...LOCAL, lookup: inside.lookup }),
    /special address/,
  )
  const outside = nameServer(['8.8.8.8'])
  await assert.rejects(
    guardedFetch('http://localhost/', { ...LOCAL, lookup: outside.lookup }),
    /http is for loopback only/,
  )
  assert.deepEqual(site.asked, [])
})

test('CM-06: every spelling of a special address is one', async () => {
  const hosts = [
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::169.254.169.254]',
    '[2002:a9fe:a9fe::]',
    '[fd00:ec2::254]',
    '[::]',
    '0',
    '0.0.0.0',
    '10.1',
    '%31%30.0.0.1',
    '１０.0.0.1',
  ]
  const asked: string[] = []
  const lookup: NonNullable<Guard['lookup']> = async (host) => {
    asked.push(host)
    return []
  }
  for (const host of hosts) {
    await assert.rejects(
      guardedFetch(`https://${host}/`, { ...GUARD, lookup }),
      /special address|no URI has/,
      host,
    )
  }
  assert.deepEqual(asked, [])
})

test('CM-06: a name is refused when any of its addresses is special, whichever comes first', async () => {
  for (const addresses of [
    ['10.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['::1', '2a00:1450::1'],
    ['nonsense'],
    [],
  ]) {
    const { lookup } = nameServer(addresses)
    await assert.rejects(
      guardedFetch('https://bank.example/', { ...GUARD, lookup }),
      /special address|no address/,
    )
  }
})

test('CM-06, attack, DNS rebinding: the name is asked once, and the connection goes where was looked', async (t) => {
  const { port, first } = await listeningPort(t)
  const names = nameServer(['127.0.0.1'], ['203.0.113.9'])
  const fetched = guardedFetch(`https://bank.example:${port}/`, { ...LOCAL, lookup: names.lookup })
  // The first bytes of TLS name the host that the certificate must be of (RFC 6066 section 3).
  assert.match((await first).toString('latin1'), /bank\.example/)
  await assert.rejects(fetched)
  assert.deepEqual(names.asked, ['bank.example'])
})

test('JA-09: a redirect is not followed, wherever it leads', async (t) => {
  const inside = await otherSite(t, (_, response) => response.end('{}'))
  for (const status of [301, 302, 303, 307, 308, 201, 204, 304, 404, 500]) {
    const site = await otherSite(t, (_, response) =>
      response.writeHead(status, { location: inside.url }).end(),
    )
    await assert.rejects(guardedFetch(site.url, LOCAL), new RegExp(`it answered ${status}`))
  }
  assert.deepEqual(inside.asked, [])
})

test('JA-09, attack, endless body: no more than the limit is read', async (t) => {
  const ended = Promise.withResolvers<void>()
  const site = await otherSite(t, (_, response) => {
    response.on('close', ended.resolve)
    // Stops at the first error: who goes on writing lets nobody hear that the connection is gone.
    const more = (error?: Error | null): unknown => error ?? response.write('x'.repeat(600), more)
    more()
  })
  await assert.rejects(guardedFetch(site.url, LOCAL), /more than 1000 bytes/)
  await ended.promise
})

test('JA-09, attack, 1xx without end, or a body in pieces of a byte: what comes around the body has a limit too', async (t) => {
  for (const [head, piece, why] of [
    ['', 'HTTP/1.1 103 Early Hints\r\n\r\n', /it answered 103 without end/],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      `1;${'x'.repeat(100)}\r\nx\r\n`,
      /more than 1000 bytes/,
    ],
  ] as const) {
    const site = await floodingSite(t, head, piece.repeat(990))
    await assert.rejects(guardedFetch(site.url, LOCAL), why)
    await site.left
  }
  const site = await floodingSite(t, 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n{}', true)
  assert.equal(await guardedFetch(site.url, LOCAL), '{}')
})

test('JA-09: a body of just the limit is read', async (t) => {
  const site = await otherSite(t, (_, response) => response.end('x'.repeat(1000)))
  assert.equal((await guardedFetch(site.url, LOCAL)).length, 1000)
})

test('JA-09, attack, compression: what would be larger unpacked is not read', async (t) => {
  const site = await otherSite(t, (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  )
  await assert.rejects(guardedFetch(site.url, LOCAL), /compressed/)
})

/** An end that is near: what never comes is not waited for. */
const SOON: Guard = { ...LOCAL, timeout: 50 }

test('JA-09, attack, slow answers: the whole of it has one end, name, connection, head and body', async (t) => {
  const lookup = (): Promise<never> => new Promise(() => undefined)
  await assert.rejects(guardedFetch('https://bank.example/', { ...SOON, lookup }), /took too long/)
  const silent = await otherSite(t, () => undefined)
  await assert.rejects(guardedFetch(silent.url, SOON), /took too long|aborted/)
  const trickle = await otherSite(t, (_, response) => {
    response.writeHead(200)
    response.write('{')
  })
  await assert.rejects(guardedFetch(trickle.url, SOON), /took too long|aborted/)
})

test('JA-09: a connection that breaks off in the body is no answer', async (t) => {
  const site = await otherSite(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{}', () => response.destroy())
  })
  await assert.rejects(guardedFetch(site.url, LOCAL), /aborted|ECONNRESET|hang up/)
})
