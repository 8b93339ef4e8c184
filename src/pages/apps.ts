import type { Destination } from '../protocol/destination.ts'
import { browserName } from './browser-name.ts'
import { shownDestination } from './destination.ts'
import { fill, type Html, html, name } from './html.ts'
import { hidden, layout } from './layout.ts'
import { type ShownScope, scopeItems } from './scopes.ts'
import type { Site } from './site.ts'
import { day, moment } from './when.ts'

/** An app that a person has allowed. Times are epoch seconds. */
export interface ConnectedApp {
  readonly client_id: string
  readonly client_name: string
  /** Of its first redirect URI. */
  readonly destination?: Destination | undefined
  readonly scopes: readonly ShownScope[]
  readonly since: number
  readonly last_used: number | null
}

/** A browser in which a person is signed in. */
export interface SignedInBrowser {
  readonly session_id: string
  readonly user_agent: string | null
  /** Epoch seconds. */
  readonly auth_time: number
  readonly is_this: boolean
}

export interface AppsPage {
  readonly csrf: string
  readonly username: string
  readonly apps: readonly ConnectedApp[]
  readonly browsers: readonly SignedInBrowser[]
  /** What was done just now. */
  readonly done?:
    | { readonly kind: 'removed'; readonly client_name: string }
    | { readonly kind: 'signed_out' }
    | undefined
}

/** Who has access, where somebody is signed in, and how each of it ends (PG-07). */
export const appsPage = (site: Site, page: AppsPage): string => {
  const { t } = site
  return layout(site, {
    title: t.apps,
    main: html`<h1>${t.apps}</h1>
${status(site, page.done)}<p>${fill(t.signed_in_as, { user: html`<strong>${name(page.username, '')}</strong>` })}</p>
${page.apps.length === 0 ? html`<p>${t.apps_none}</p>` : html`<ul class="cards">${page.apps.map((app, at) => card(site, page, app, at))}</ul>`}
<h2>${t.browsers}</h2>
<ul class="cards">${page.browsers.map((browser, at) => browserCard(site, page, browser, at))}</ul>
<form method="post" action="${site.base}/apps/sign-out">
${hidden('csrf', page.csrf)}${hidden('all', '1')}
<div class="actions"><button class="secondary">${t.sign_out_everywhere}</button></div>
</form>`,
  })
}

const status = ({ t }: Site, done: AppsPage['done']): Html | undefined => {
  if (done === undefined) return undefined
  const words =
    done.kind === 'removed'
      ? fill(t.removed, { client: name(done.client_name, t.an_app) })
      : t.browser_signed_out
  return html`<p role="status" class="note">${words}</p>
`
}

const card = (site: Site, { csrf }: AppsPage, app: ConnectedApp, at: number): Html => {
  const { t, lang } = site
  return html`<li class="card">
<h2 id="app-${at}">${name(app.client_name, t.an_app)}</h2>
<dl>
${
  app.destination !== undefined &&
  html`<dt>${t.apps_host}</dt><dd>${shownDestination(site, app.destination)}</dd>
`
}<dt>${t.apps_scopes}</dt><dd>${app.scopes.length === 0 ? t.apps_no_scopes : html`<ul class="scopes">${scopeItems(site, app.scopes)}</ul>`}</dd>
<dt>${t.apps_since}</dt><dd>${day(app.since, lang)}</dd>
<dt>${t.apps_used}</dt><dd>${app.last_used === null ? t.apps_never : day(app.last_used, lang)}</dd>
</dl>
<form method="post" action="${site.base}/apps/remove">
${hidden('csrf', csrf)}${hidden('client_id', app.client_id)}
<button class="secondary" aria-describedby="app-${at}">${t.apps_remove}</button>
</form>
</li>
`
}

const browserCard = (site: Site, { csrf }: AppsPage, browser: SignedInBrowser, at: number): Html => {
  const { t, lang } = site
  const shown = browserName(browser.user_agent ?? '')
  const words =
    shown === undefined
      ? html`${t.browser_unknown}`
      : shown.system === undefined
        ? html`${shown.browser}`
        : fill(t.browser_on, { browser: shown.browser, system: shown.system })
  return html`<li class="card">
<h3 id="browser-${at}">${words}${browser.is_this && html` <span class="mark">${t.browser_this}</span>`}</h3>
<p>${fill(t.browser_since, { time: moment(browser.auth_time, lang) })}</p>
<form method="post" action="${site.base}/apps/sign-out">
${hidden('csrf', csrf)}${hidden('session_id', browser.session_id)}
<button class="secondary" aria-describedby="browser-${at}">${t.sign_out}</button>
</form>
</li>
`
}
