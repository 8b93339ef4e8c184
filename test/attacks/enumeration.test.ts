/** Somebody wants to know who has an account, or what they allowed (PG-08). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deleteUser } from '../../src/users.ts'
import { person, requestOf, WEB } from '../http/_authorize.ts'
import { type Answered, type Harness, openHarness } from '../http/_harness.ts'
import { csrfOf, victim } from './_victim.ts'

let h: Harness
before(async () => {
  h = await openHarness()
  await person(h, 'ana')
  await deleteUser(h.server, await person(h, 'gone'))
})
after(() => h.close())

/** An answer without what is new in every one, and without the name that was asked about. */
const plain = ({ status, text, headers }: Answered, ...own: readonly string[]): unknown => {
  const request_id = headers.get('x-request-id') ?? ''
  const ids = [...(text.match(/ar_[0-9a-z]{26}/g) ?? []), ...own, request_id]
  const kept = ids.filter((id) => id !== '').reduce((whole, id) => whole.replaceAll(id, 'ID'), text)
  const lines = [...headers].filter(([name]) => name !== 'x-request-id')
  const named = lines.map(([name, value]) => [
    name,
    name === 'set-cookie' ? value.replace(/=[^;]*/, '=V') : value,
  ])
  return { status, kept, named }
}

const alike = (answers: readonly unknown[]): void => {
  for (const one of answers) assert.deepEqual(one, answers[0])
}

const NAMES = ['ana', 'Ana', 'gone', 'nobody', 'usr_0', '\u202eana', 'a'.repeat(64)]

test('PG-08, attack, user enumeration: status, words, headers and cookies of a failed sign-in are the same for all', async () => {
  const answers = await Promise.all(
    NAMES.map(async (username) => {
      const browser = h.browser()
      const page = await browser.get('/oauth/sign-in')
      const csrf = csrfOf(page)
      const answered = await browser.post('/oauth/sign-in', { username, password: 'wrong horse', csrf })
      assert.equal(answered.status, 401)
      const { kept, ...rest } = plain(answered, csrf) as { kept: string }
      return { ...rest, kept: kept.replace(/(id="username"[^>]* value=)"[^"]*"/, '$1NAME') }
    }),
  )
  alike(answers)
})

test('PG-08, attack, user enumeration: login_hint and prompt tell nobody whether there is such a person', async () => {
  const client = await h.client(WEB)
  for (const given of [{}, { prompt: 'none' }, { prompt: 'login' }, { max_age: '0' }]) {
    const answers = await Promise.all(
      NAMES.map(async (login_hint) => {
        const answered = await h.browser().get(requestOf(client, { ...given, login_hint }))
        const csrf = answered.status === 200 ? csrfOf(answered) : ''
        const { kept, ...rest } = plain(answered, csrf) as { kept: string }
        return { ...rest, kept: kept.replace(/(id="username"[^>]* value=)"[^"]*"/, '$1NAME') }
      }),
    )
    alike(answers)
  }
})

test('AZ-12, attack, consent probing: without a session nobody learns what somebody has allowed', async () => {
  const client = await h.client(WEB)
  const { browser, page } = await victim(h, 'ana', client)
  await browser.press(page, 'Allow')
  const fresh = await h.client(WEB)
  const [allowed, other] = await Promise.all(
    [client, fresh].map(async (one) => {
      const answered = await h.browser().get(requestOf(one, { prompt: 'none', login_hint: 'ana' }))
      return plain(answered, one.client_id)
    }),
  )
  assert.deepEqual(allowed, other)
})
