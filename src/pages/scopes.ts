import { code, cut, type Html, html } from './html.ts'
import type { Site } from './site.ts'

/** A scope as `scope:set` described it; `null` where nobody has. */
export interface ShownScope {
  readonly scope: string
  readonly title: string | null
  readonly description: string | null
  readonly is_sensitive: boolean
}

/** Scopes in people's words, the protocol's own beside them. */
export const scopeItems = ({ t }: Site, scopes: readonly ShownScope[]): readonly Html[] =>
  scopes.map(({ scope, title, description, is_sensitive }) => {
    const mark = is_sensitive && html` <span class="mark">${t.consent_sensitive}</span>`
    const words = description !== null && html`<br><span class="muted">${cut(description, 500)}</span>`
    const word = code(scope)
    if (title === null) return html`<li>${word}${mark}${words}</li>`
    return html`<li><bdi>${cut(title)}</bdi>${mark} ${word}${words}</li>`
  })
