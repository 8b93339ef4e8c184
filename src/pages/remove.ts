import { cut, fill, fillText, html, name } from './html.ts'
import { hidden, layout } from './layout.ts'
import type { Site } from './site.ts'

/** The question before an app loses its access. */
export interface RemovePage {
  readonly csrf: string
  readonly client_id: string
  readonly client_name: string
}

/** Asked on a page of its own; the answer carries `confirm`. */
export const removePage = (site: Site, { csrf, client_id, client_name }: RemovePage): string => {
  const { t } = site
  const client = name(client_name, t.an_app)
  return layout(site, {
    title: fillText(t.remove_sure, { client: cut(client_name) || t.an_app }),
    main: html`<h1>${fill(t.remove_sure, { client })}</h1>
<p>${fill(t.remove_what, { client: html`<strong>${client}</strong>`, name: name(site.name, '') })}</p>
<form method="post" action="${site.base}/apps/remove">
${hidden('csrf', csrf)}${hidden('client_id', client_id)}${hidden('confirm', '1')}
<div class="actions"><a class="button secondary" href="${site.base}/apps">${t.cancel}</a><button>${t.apps_remove}</button></div>
</form>`,
  })
}
