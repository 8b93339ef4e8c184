/** A browser of its own: a jar of cookies by name, and forms filled in as a person does. */
import assert from 'node:assert/strict'
import type { Server, ServerSettings } from '../../src/server.ts'
import type { Answered, Given, Harness } from './_harness.ts'

/** A browser: it keeps cookies, and posts forms as from a page of ours. */
export interface TestBrowser {
  readonly cookies: ReadonlyMap<string, string>
  get(target: string, headers?: Readonly<Record<string, string>>, over?: Server): Promise<Answered>
  post(
    target: string,
    form: Given,
    headers?: Readonly<Record<string, string>>,
    over?: Server,
  ): Promise<Answered>
  /** Posts the form of a page that the button with this text is in, with what is filled in beside it. */
  press(page: Answered, button: string, fields?: Readonly<Record<string, string>>): Promise<Answered>
}

/** A browser that has never been here. */
export const openBrowser = (
  harness: Pick<Harness, 'send' | 'hide'>,
  settings: ServerSettings,
): TestBrowser => {
  const cookies = new Map<string, string>()
  const send = async (
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
    over?: Server,
  ): Promise<Answered> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = {
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    }
    const answered = await harness.send(method, target, init, over)
    for (const line of answered.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /; Max-Age=0(;|$)/.test(line)) cookies.delete(name)
      else cookies.set(name, value)
      if (value !== '') harness.hide(value)
    }
    return answered
  }
  const post: TestBrowser['post'] = (target, form, headers = {}, over) => {
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
    const ours = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: new URL(settings.issuer).origin,
      'sec-fetch-site': 'same-origin',
    }
    return send('POST', target, { ...ours, ...headers }, body, over)
  }
  return {
    cookies,
    get: (target, headers = {}, over) => send('GET', target, headers, undefined, over),
    post,
    press({ text }, button, fields = {}) {
      const { action, values } = formWith(text, button)
      return post(action, { ...values, ...fields })
    },
  }
}

/** The form in which a button is, and what it would send unfilled: hidden fields, and the button's own. */
const formWith = (
  page: string,
  button: string,
): { readonly action: string; readonly values: Readonly<Record<string, string>> } => {
  const forms = [...page.matchAll(/<form method="post" action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)]
  for (const [, action = '', inside = ''] of forms) {
    const buttons = [...inside.matchAll(/<button([^>]*)>([^<]*)<\/button>/g)]
    const [, attributes = ''] = buttons.find(([, , text]) => text === button) ?? []
    if (!buttons.some(([, , text]) => text === button)) continue
    const inputs = [...inside.matchAll(/<input type="hidden"([^>]*)>/g)].map(([, more = '']) => more)
    const named = [...inputs, attributes].flatMap((text): [string, string][] => {
      const name = /\bname="([^"]*)"/.exec(text)?.[1]
      const value = /\bvalue="([^"]*)"/.exec(text)?.[1] ?? ''
      return name === undefined ? [] : [[name, unescaped(value)]]
    })
    return { action: unescaped(action), values: Object.fromEntries(named) }
  }
  throw new assert.AssertionError({ message: `no form with the button ${button} in: ${page}` })
}

const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('&amp;', '&')
