import { fillText, type Html, html, render } from './html.ts'
import type { Site } from './site.ts'

/** What differs from page to page. */
export interface Layout {
  /** What the page is, in plain text; the site's name follows it. */
  readonly title: string
  /** WCAG 2.2 3.3.1: the title of a page that has a problem says so first. */
  readonly is_error?: boolean
  /** More for the head. */
  readonly head?: Html | undefined
  readonly main: Html
}

/** The frame of every page: one heading, one `<main>`, no script, no style of its own (PG-01). */
export const layout = (site: Site, { title, is_error = false, head, main }: Layout): string => {
  const { t, name } = site
  const whole = fillText(is_error ? t.title_error : t.title, { page: title, name })
  return render(html`<!doctype html>
<html lang="${site.lang}" dir="${site.dir}">
<head>
<meta charset="utf-8">
<title>${whole}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="stylesheet" href="${site.stylesheet}">${
    site.logo !== undefined &&
    html`
<link rel="icon" href="${site.logo}">`
  }${head}
</head>
<body>
<header>${site.logo !== undefined && html`<img src="${site.logo}" alt="" width="40" height="40"> `}<bdi>${name}</bdi></header>
<main>
${main}
</main>
${footer(site)}
</body>
</html>
`)
}

const footer = ({ t, links }: Site): Html | undefined => {
  const all = [
    { href: links.support_url, text: t.support },
    { href: links.terms_url, text: t.terms },
    { href: links.privacy_url, text: t.privacy },
  ].flatMap(({ href, text }) =>
    href === undefined ? [] : [html`<li><a href="${href}" rel="noopener">${text}</a></li>`],
  )
  return all.length === 0 ? undefined : html`<footer><ul>${all}</ul></footer>`
}

/** A field that nobody sees. */
export const hidden = (name: string, value: string | undefined): Html | undefined =>
  value === undefined ? undefined : html`<input type="hidden" name="${name}" value="${value}">`
