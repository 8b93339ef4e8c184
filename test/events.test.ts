import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents, EVENT_TYPES, type OAuthEvent } from '../src/events.ts'

const CREATED: OAuthEvent<'client_created'> = { type: 'client_created', at: 1_800_000_000, client_id: 'cl_1' }
const REVOKED: OAuthEvent<'client_revoked'> = { type: 'client_revoked', at: 1_800_000_000, client_id: 'cl_1' }

/** No fault is expected. */
const unharmed = (fault: unknown): never => assert.fail(String(fault))

test('contract, library: there are the eight events of the contract', () => {
  assert.deepEqual(EVENT_TYPES, [
    'client_created',
    'client_secret_rotated',
    'client_revoked',
    'authorization_approved',
    'authorization_denied',
    'consent_revoked',
    'token_issued',
    'token_revoked',
  ])
})

test('contract, library: a listener hears its own type, at once and in order, until it ends that', () => {
  const events = createEvents(unharmed)
  const heard: string[] = []
  const end = events.on('client_created', ({ type, client_id }) => heard.push(`first ${type} ${client_id}`))
  events.on('client_created', () => heard.push('second'))
  events.emit(CREATED)
  events.emit(REVOKED)
  assert.deepEqual(heard, ['first client_created cl_1', 'second'])
  end()
  end()
  events.emit({ ...CREATED })
  assert.deepEqual(heard.slice(2), ['second'])
})

test('contract, library: one function may listen twice, and each of the two ends by itself', () => {
  const events = createEvents(unharmed)
  let count = 0
  const listener = (): void => {
    count += 1
  }
  const end = events.on('client_created', listener)
  events.on('client_created', listener)
  events.emit({ ...CREATED })
  end()
  events.emit({ ...CREATED })
  assert.equal(count, 3)
})

test('contract, library: a listener that throws harms nothing when the log fails too', async (t) => {
  const warned = t.mock.method(process, 'emitWarning', () => undefined)
  const events = createEvents(() => {
    throw new Error('the log is full')
  })
  const [rejected, onRejection] = [[] as unknown[], (reason: unknown): unknown => rejected.push(reason)]
  process.on('unhandledRejection', onRejection)
  t.after(() => process.off('unhandledRejection', onRejection))
  events.on('client_created', () => Promise.reject(new Error('rejected')))
  events.emit({ ...CREATED })
  await new Promise((done) => setImmediate(done))
  assert.deepEqual(rejected, [])
  assert.equal(warned.mock.callCount(), 1)
})

test('contract, library: a listener that throws or rejects harms nobody, and is told of', async () => {
  const faults: unknown[] = []
  const events = createEvents((fault, type) => faults.push([type, String(fault)]))
  let heard = 0
  events.on('client_created', () => {
    throw new Error('thrown')
  })
  events.on('client_created', () => Promise.reject(new Error('rejected')))
  events.on('client_created', () => {
    heard += 1
  })
  events.emit({ ...CREATED })
  await new Promise(setImmediate)
  assert.equal(heard, 1)
  assert.deepEqual(faults, [
    ['client_created', 'Error: thrown'],
    ['client_created', 'Error: rejected'],
  ])
})

test('contract, library: a listener that ends another, or adds one, changes nothing for the event under way', () => {
  const events = createEvents(unharmed)
  const heard: string[] = []
  events.on('client_created', () => {
    end()
    events.on('client_created', () => heard.push('late'))
  })
  const end = events.on('client_created', () => heard.push('ended'))
  events.emit({ ...CREATED })
  assert.deepEqual(heard, ['ended'])
})

test('contract, library: no listener can change an event for the next one', () => {
  const faults: unknown[] = []
  const events = createEvents((fault) => faults.push(fault))
  let seen = ''
  events.on('client_created', (event) => Object.assign(event, { client_id: 'another' }))
  events.on('client_created', ({ client_id }) => {
    seen = client_id
  })
  events.emit({ ...CREATED })
  assert.equal(seen, 'cl_1')
})
