import { fill, fillText, html, name } from './html.ts'
import { hidden, layout } from './layout.ts'
import type { Site } from './site.ts'

/** The question before signing out. */
export interface SignOutPage {
  readonly csrf: string
  readonly username: string
  /** The pending request that signing out leads back to. */
  readonly request_id?: string | undefined
}

/** Signing out takes a form: a link from elsewhere could be an image's address (PG-03). */
export const signOutPage = (site: Site, { csrf, username, request_id }: SignOutPage): string => {
  const { t } = site
  return layout(site, {
    title: t.sign_out,
    main: html`<h1>${fill(t.sign_out_sure, { name: name(site.name, '') })}</h1>
<p>${fill(t.signed_in_as, { user: html`<strong>${name(username, '')}</strong>` })}. ${t.sign_out_what}</p>
<form method="post" action="${site.base}/sign-out">
${hidden('csrf', csrf)}${hidden('request', request_id)}
<div class="actions"><a class="button secondary" href="${site.base}/apps">${t.cancel}</a><button>${t.sign_out}</button></div>
</form>`,
  })
}

/** After signing out. */
export const signedOutPage = (site: Site): string => {
  const { t } = site
  return layout(site, {
    title: t.signed_out,
    main: html`<h1>${t.signed_out}</h1>
<p role="status">${fillText(t.signed_out_what, {})}</p>
<p><a class="button secondary" href="${site.base}/sign-in">${t.sign_in_again}</a></p>`,
  })
}
