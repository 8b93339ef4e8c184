/** A person at a running server: finds fields and buttons by their names, and allows what an app asks. */
import assert from 'node:assert/strict'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer } from '../../src/server.ts'
import { createUser } from '../../src/users.ts'
import type { Serving } from '../_process.ts'
import { heading, ledTo, PASSWORD } from '../http/_authorize.ts'
import type { TestBrowser } from '../http/_browser.ts'
import type { Answered } from '../http/_harness.ts'
import type { Site } from './_site.ts'
import { webBrowser } from './_web.ts'

/** Adds people to the database of a site, each with the password of the tests. */
export const addPeople = async ({ db }: Site, ...names: readonly string[]): Promise<void> => {
  const server = await openServer({ db, mode: 'create', settings: completeSettings({}) })
  for (const username of names) await createUser(server, { username, password: PASSWORD })
  await server.close()
}

export interface Visitor {
  readonly browser: TestBrowser
  /** Goes to an address of the server, past whatever it redirects to on itself. */
  go(address: string | URL): Promise<Answered>
  /** Types into the fields with these labels, ticks what is `true`, and presses the button. */
  submit(page: Answered, typed: Readonly<Record<string, string | true>>, button: string): Promise<Answered>
  /** Signs in when asked to, answers the question, and gives where that leads. */
  answer(address: string | URL, button?: 'Allow' | 'Deny'): Promise<URL>
}

export const visitor = (serving: Pick<Serving, 'url' | 'issuer'>, username = 'ana'): Visitor => {
  const browser = webBrowser(serving)
  const isOurs = (url: URL): boolean => url.origin === new URL(serving.url).origin
  const follow = async (answered: Answered): Promise<Answered> => {
    const location = answered.headers.get('location')
    if (location === null) return answered
    const url = new URL(location, serving.url)
    return isOurs(url) ? follow(await browser.get(url.href)) : answered
  }
  const self: Visitor = {
    browser,
    go: async (address) => follow(await browser.get(String(address))),
    async submit(page, typed, button) {
      const fields = Object.entries(typed).map(([label, words]) => fieldOf(page.text, label, words))
      return follow(await browser.press(page, button, Object.fromEntries(fields)))
    },
    async answer(address, button = 'Allow') {
      let page = await self.go(address)
      if (/^Sign in/.test(heading(page))) {
        page = await self.submit(page, { Username: username, Password: PASSWORD }, 'Sign in')
      }
      const led = ledTo(await self.submit(page, {}, button))
      assert.ok(led, page.text)
      return led
    },
  }
  return self
}

/** The name and the value that the field with this label sends: a `label for`, or a label around a checkbox. */
const fieldOf = (page: string, label: string, words: string | true): readonly [string, string] => {
  const around = new RegExp(`<label[^>]*><input([^>]*)>${label}</label>`).exec(page)?.[1]
  const id = new RegExp(`<label for="([^"]*)">${label}</label>`).exec(page)?.[1]
  const input = around ?? new RegExp(`<input id="${id}"([^>]*)>`).exec(page)?.[1]
  assert.ok(input !== undefined, `no field ${label} in: ${page}`)
  const attribute = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? ''
  assert.equal(attribute('type') === 'checkbox', words === true, `${label} is ticked, or typed into`)
  return [attribute('name'), words === true ? attribute('value') : words]
}
