import { cut, fill, fillText, type Html, html, name } from './html.ts'
import { hidden, layout } from './layout.ts'
import type { Site } from './site.ts'
import { duration } from './when.ts'

/** What the sign-in page shows. */
export interface SignInPage {
  /** The app that asked; none when somebody came by themselves. */
  readonly client_name?: string | undefined
  readonly request_id?: string | undefined
  readonly csrf: string
  /** What was typed, or is known of who is to sign in; else empty. */
  readonly username: string
  readonly problem?: SignInProblem | undefined
}

/** PG-08: which of the two was wrong is never said. */
export type SignInProblem =
  | { readonly kind: 'wrong' }
  | { readonly kind: 'limited'; readonly seconds: number }

/** Username and password; after a failure the name is kept and the password empty. */
export const signInPage = (site: Site, page: SignInPage): string => {
  const { t } = site
  const problem = page.problem === undefined ? undefined : problemBlock(site, page.problem)
  const wrong = page.problem?.kind === 'wrong' && html` aria-invalid="true" aria-describedby="problem"`
  return layout(site, {
    title: t.sign_in,
    is_error: problem !== undefined,
    main: html`<h1>${fill(t.sign_in_to, { name: name(site.name, '') })}</h1>
${
  page.client_name !== undefined &&
  html`<p>${fill(t.sign_in_for, { client: html`<strong>${name(page.client_name, t.an_app)}</strong>` })}</p>
`
}${problem}<form method="post" action="${site.base}/sign-in">
${hidden('csrf', page.csrf)}${hidden('request', page.request_id)}
<label for="username">${t.username}</label>
<input id="username" name="username" type="text" value="${cut(page.username, 256)}" required autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto"${wrong}>
<label for="password">${t.password}</label>
<input id="password" name="password" type="password" required autocomplete="current-password"${wrong}>
<div class="actions"><button>${t.sign_in}</button></div>
</form>`,
  })
}

const problemBlock = ({ t, lang }: Site, problem: SignInProblem): Html => {
  const words =
    problem.kind === 'wrong'
      ? t.sign_in_wrong
      : fillText(t.sign_in_limited, { time: duration(problem.seconds, lang) })
  return html`<div class="error" role="alert" id="problem"><h2>${t.problem}</h2><p>${words}</p></div>
`
}
