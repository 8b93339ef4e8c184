import type { Destination } from '../protocol/destination.ts'
import { shownDestination } from './destination.ts'
import { fill, html } from './html.ts'
import { layout } from './layout.ts'
import type { Site } from './site.ts'

/** The page between a form of ours and the client. */
export interface LeavingPage {
  /** The whole answer to the client: a registered redirect URI with its parameters. */
  readonly url: string
  readonly destination: Destination
}

/** PG-02: a browser holds `form-action` against a redirect that follows a form, so a page leads on. */
export const leavingPage = (site: Site, { url, destination }: LeavingPage): string =>
  layout(site, {
    title: site.t.leaving_title,
    head: html`
<meta http-equiv="refresh" content="0;url=${url}">`,
    main: html`<h1>${fill(site.t.leaving, { destination: shownDestination(site, destination) })}</h1>
<p>${site.t.leaving_hint}</p>
<p><a class="button" href="${url}">${site.t.continue}</a></p>`,
  })
