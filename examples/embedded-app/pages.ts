import type { ValidatedAuthorization } from 'oauthd'
import type { Session } from './people.ts'

export const signInPage = (back: string, problem = '', status = 200): Response =>
  page(
    'Sign in to Invoices',
    `<p role="alert">${problem}</p>
    <form method="post" action="/sign-in">
      <input type="hidden" name="back" value="${escaped(back)}">
      <label>Username <input name="username" autocomplete="username" required></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button>Sign in</button>
    </form>`,
    status,
  )

export const consentPage = (
  { client, scopes, destination, code_challenge }: ValidatedAuthorization,
  { username }: Session,
): Response =>
  page(
    `${client.client_name} wants access`,
    `<p>You are signed in as ${escaped(username)}. ${escaped(client.client_name)} wants to:</p>
    <form method="post" action="/consent">
      <input type="hidden" name="asked" value="${escaped(code_challenge)}">
      ${scopes.map(({ scope, title }) => `<label><input type="checkbox" name="scope" value="${escaped(scope)}" checked> ${escaped(title ?? scope)}</label>`).join('')}
      <p>You go on to ${escaped('host' in destination ? destination.host : destination.scheme)}.</p>
      <label><input type="checkbox" name="remember" value="1"> Remember this decision</label>
      <button name="decision" value="deny">Deny</button>
      <button name="decision" value="allow">Allow</button>
    </form>`,
  )

export const page = (title: string, body: string, status = 200): Response =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>${escaped(title)}</title><main><h1>${escaped(title)}</h1>${body}</main></html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        // No form-action: Chromium holds it against the redirects behind a form too, which lead to the client.
        'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      },
    },
  )

export const seeOther = (location: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', ...headers } })

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
