import type { AuthorizationDetail } from '../protocol/authorization-details.ts'
import { code, cut, type Html, html } from './html.ts'
import type { Site } from './site.ts'

/** One object of authorization_details as a person may read it: its type in the operator's words. */
export interface ShownDetail {
  readonly title: string
  readonly detail: AuthorizationDetail
}

/** RFC 9396 section 2.2: the members that mean the same in every type, in the order in which they are read. */
const COMMON = ['actions', 'locations', 'datatypes', 'identifier', 'privileges'] as const

/** RR-03: everything that is asked for, whatever its type: nothing is allowed that was not shown. */
export const detailItems = (site: Site, details: readonly ShownDetail[]): readonly Html[] =>
  details.map(({ title, detail }) => html`<li><bdi>${cut(title)}</bdi>${rows(site, detail)}</li>`)

const rows = ({ t }: Site, detail: AuthorizationDetail): Html | undefined => {
  const labels = new Map<string, string>([
    ['actions', t.detail_actions],
    ['locations', t.consent_resource],
    ['datatypes', t.detail_datatypes],
    ['identifier', t.detail_identifier],
    ['privileges', t.detail_privileges],
  ])
  const common = COMMON.filter((member) => detail[member] !== undefined)
  const others = Object.keys(detail).filter((member) => member !== 'type' && !labels.has(member))
  const lines = [...common, ...others].flatMap((member) =>
    linesOf(labels.get(member) ?? member, detail[member]),
  )
  if (lines.length === 0) return undefined
  return html`<dl>${lines.map(({ label, values }) => html`<dt>${cut(seen(label))}</dt>${values.map((value) => html`<dd>${code(seen(value), LONGEST)}</dd>`)}`)}</dl>`
}

/** Controls, what turns the direction of text, what has no width: of two accounts that look alike one has it. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** PG-10: what a client may put in is data, so what cannot be seen in it is spelled out and not left out. */
const seen = (text: string): string =>
  text.replace(UNSEEN, (character) => `[U+${hex(character).toUpperCase().padStart(4, '0')}]`)

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16)

/** A URL, an account number, an amount: longer ones are not read by people. */
const LONGEST = 300

interface Line {
  readonly label: string
  readonly values: readonly string[]
}

/** `amount: { currency: 'EUR' }` is a line `amount currency` with EUR. */
const linesOf = (label: string, value: unknown): readonly Line[] => {
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object')) {
    return [{ label, values: value.length === 0 ? ['[]'] : value.map(String) }]
  }
  if (typeof value !== 'object' || value === null) return [{ label, values: [String(value)] }]
  // Nothing in it may mean that there is no limit: it is seen.
  if (Object.keys(value).length === 0) return [{ label, values: ['{}'] }]
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    linesOf(`${label} ${name}`, inner),
  )
}
