import type { PageKind, Sent } from '../protocol/error.ts'
import { code, cut, fill, fillText, type Html, html, name } from './html.ts'
import { layout } from './layout.ts'
import type { Site } from './site.ts'
import type { Texts } from './text/en.ts'

/** What an error page shows. It repeats only what the browser sent, never what is registered. */
export interface ErrorPage {
  readonly kind: PageKind
  readonly client_name?: string | undefined
  /** The X-Request-Id of this answer, by which the log is searched. */
  readonly request_id: string
  readonly developer?: DeveloperDetails | undefined
}

/** For whoever wrote the app. */
export interface DeveloperDetails extends Sent {
  readonly error: string
  readonly error_description: string
}

const WORDS: Readonly<Record<PageKind, readonly [title: keyof Texts, body: keyof Texts]>> = {
  client: ['error_cannot_open', 'error_client'],
  redirect: ['error_cannot_open', 'error_redirect'],
  request: ['error_cannot_open', 'error_request'],
  expired: ['error_expired_title', 'error_expired'],
  forged: ['error_forged_title', 'error_forged'],
  limited: ['error_limited_title', 'error_limited'],
  busy: ['error_busy_title', 'error_busy'],
  fault: ['error_fault_title', 'error_fault'],
  missing: ['error_missing_title', 'error_missing'],
}

/** Plain for the person, exact for the developer. */
export const errorPage = (site: Site, { kind, client_name, request_id, developer }: ErrorPage): string => {
  const { t } = site
  const [title, body] = WORDS[kind]
  const instead = kind === 'expired' ? t.error_expired_app : t.an_app
  const client = cut(client_name ?? '') || instead
  const blanks = { client: html`<strong><bdi>${client}</bdi></strong>`, name: name(site.name, '') }
  return layout(site, {
    title: fillText(t[title], { client }),
    is_error: true,
    main: html`<h1>${fill(t[title], blanks)}</h1>
<p>${fill(t[body], blanks)}</p>
<p class="muted">${t.error_number}: ${code(request_id)}</p>
${developer !== undefined && details(site, kind, developer)}`,
  })
}

const details = ({ t }: Site, kind: PageKind, sent: DeveloperDetails): Html => {
  const { error, error_description, client_id, redirect_uri } = sent
  const check = kind === 'redirect' ? checkCommand(client_id, redirect_uri) : undefined
  const rows = [
    [t.developer_error, code(error)],
    [t.developer_what, html`<span lang="en" dir="ltr">${error_description}</span>`],
    [t.developer_client, client_id !== undefined && code(client_id, LONGEST_SHOWN)],
    // RU-06: text, never a link.
    [t.developer_redirect, redirect_uri !== undefined && code(redirect_uri, LONGEST_SHOWN)],
    [t.developer_rule, kind === 'redirect' && t.developer_redirect_rule],
    [t.developer_check, check !== undefined && code(check, check.length)],
    [t.developer_docs, code(`docs/errors.md#${error}`)],
  ] as const
  return html`<details><summary>${t.developer}</summary>
<dl>${rows.map(
    ([term, words]) =>
      words !== false &&
      html`<dt>${term}</dt><dd>${words}</dd>
`,
  )}</dl></details>`
}

const LONGEST_SHOWN = 300

/**
 * The command that tells the difference, where it can be pasted as it is: both words whole, of
 * characters that a shell keeps between single quotes, neither one a flag.
 */
const checkCommand = (client_id: string | undefined, redirect_uri: string | undefined): string | undefined =>
  isPlain(client_id) && isPlain(redirect_uri)
    ? `oauthd client:check-redirect '${client_id}' '${redirect_uri}'`
    : undefined

const isPlain = (word: string | undefined): word is string =>
  word !== undefined && word.length <= LONGEST_SHOWN && /^[A-Za-z0-9][\x21-\x26\x28-\x7e]*$/.test(word)
