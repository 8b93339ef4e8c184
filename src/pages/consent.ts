import type { Destination } from '../protocol/destination.ts'
import { shownDestination } from './destination.ts'
import { detailItems, type ShownDetail } from './details.ts'
import { code, cut, fill, fillText, type Html, html, name } from './html.ts'
import { hidden, layout } from './layout.ts'
import { type ShownScope, scopeItems } from './scopes.ts'
import type { Site } from './site.ts'

/** What the consent page shows (PG-05). */
export interface ConsentPage {
  readonly request_id: string
  readonly csrf: string
  readonly client_name: string
  /** `TYPE:ID` of who registered it. */
  readonly owner: string | null
  readonly first_party: boolean
  readonly username: string
  /** What is asked for and not allowed yet. */
  readonly scopes: readonly ShownScope[]
  /** What was allowed before. */
  readonly known: readonly ShownScope[]
  readonly resource: readonly string[]
  /** What is asked for beside scopes (RFC 9396). */
  readonly details: readonly ShownDetail[]
  /** Whether the app may go on without the person: it can get a refresh token. */
  readonly lasts: boolean
  readonly destination: Destination
  /** Pages of the client's, checked to be https. */
  readonly tos_uri?: string | undefined
  readonly policy_uri?: string | undefined
}

/** What an app wants, and the two answers. */
export const consentPage = (site: Site, page: ConsentPage): string => {
  const { t } = site
  const client = html`<strong>${name(page.client_name, t.an_app)}</strong>`
  return layout(site, {
    title: fillText(t.consent_title, { client: cut(page.client_name) || t.an_app }),
    main: html`<h1>${fill(t.consent, { client: name(page.client_name, t.an_app), name: name(site.name, '') })}</h1>
${origin(site, page)}${person(site, page)}
${wanted(site, page, client)}${details(site, page)}${known(site, page)}${resources(site, page)}
<p>${fill(t.consent_destination, { destination: shownDestination(site, page.destination) })}</p>
${warning(site, page)}${documents(site, page)}<form method="post" action="${site.base}/authorize/${page.request_id}">
${hidden('csrf', page.csrf)}${hidden('username', page.username)}
<label class="check"><input type="checkbox" name="remember" value="1">${t.consent_remember}</label>
<div class="actions"><button name="decision" value="deny" class="secondary">${t.deny}</button><button name="decision" value="allow">${t.allow}</button></div>
</form>
<p class="muted">${fill(t.consent_foot, { apps: html`<a href="${site.base}/apps">${t.apps}</a>` })}</p>`,
  })
}

const origin = ({ t, name: site_name }: Site, { owner, first_party }: ConsentPage): Html | undefined => {
  if (first_party)
    return html`<p class="muted">${fill(t.consent_own, { name: name(site_name, '') })}</p>
`
  if (owner === null) return undefined
  return html`<p class="muted">${fill(t.consent_owner, { owner: name(owner, '') })}</p>
`
}

/** Signing out is a form of its own, so that it changes something only by POST. */
const person = ({ t, base }: Site, { username, csrf, request_id }: ConsentPage): Html =>
  html`<form method="post" action="${base}/sign-out" class="line">
${hidden('csrf', csrf)}${hidden('request', request_id)}
<span>${fill(t.signed_in_as, { user: html`<strong>${name(username, '')}</strong>` })}</span>
<button class="link">${t.not_you}</button>
</form>`

const wanted = (site: Site, { scopes, lasts }: ConsentPage, client: Html): Html => {
  const { t } = site
  const items = [...scopeItems(site, scopes), ...(lasts ? [html`<li>${t.consent_lasts}</li>`] : [])]
  if (items.length === 0) return html`<p>${fill(t.consent_no_scopes, { client })}</p>`
  return html`<h2>${fill(t.consent_scopes, { client })}</h2>
<ul class="scopes">${items}</ul>`
}

const details = (site: Site, page: ConsentPage): Html | undefined =>
  page.details.length === 0
    ? undefined
    : html`
<h2>${site.t.consent_details}</h2>
<ul class="scopes">${detailItems(site, page.details)}</ul>`

const known = (site: Site, page: ConsentPage): Html | undefined =>
  page.known.length === 0
    ? undefined
    : html`
<details><summary>${site.t.consent_known}</summary><ul class="scopes">${scopeItems(site, page.known)}</ul></details>`

const resources = ({ t }: Site, { resource }: ConsentPage): Html | undefined =>
  resource.length === 0
    ? undefined
    : html`
<dl><dt>${t.consent_resource}</dt>${resource.map((uri) => html`<dd>${code(uri, 300)}</dd>`)}</dl>`

/** PG-06: nobody can say which app on a device listens on a port or opens a scheme. */
const warning = ({ t }: Site, { destination, first_party }: ConsentPage): Html | undefined =>
  destination.kind === 'host' || first_party
    ? undefined
    : html`<p class="note">${t.consent_device_warning}</p>
`

const documents = ({ t }: Site, page: ConsentPage): Html | undefined => {
  const client = name(page.client_name, t.an_app)
  const all = [
    { href: page.tos_uri, words: t.consent_terms },
    { href: page.policy_uri, words: t.consent_privacy },
  ].flatMap(({ href, words }) =>
    href === undefined
      ? []
      : [html`<li><a href="${href}" rel="noopener nofollow">${fill(words, { client })}</a></li>`],
  )
  return all.length === 0
    ? undefined
    : html`<ul class="links">${all}</ul>
`
}
