/**
 * An app without a server: a public client, in the browser alone. Read it from the top: what happens when
 * the page is opened, then each of its steps. serve.ts takes its types away, and nothing else.
 */
const issuer = 'http://localhost:6749'
const query = new URLSearchParams(location.search)
const client_id = query.get('client_id') ?? sessionStorage.getItem('client_id') ?? ''
const redirect_uri = `${location.origin}/`
sessionStorage.setItem('client_id', client_id)

interface Tokens {
  readonly access_token: string
  readonly refresh_token?: string
  readonly scope: string
}

/** In this variable and nowhere else: what lies in a storage, every script of the page can take at any time. */
let tokens: Tokens | undefined

const begin = async (): Promise<void> => {
  if (!query.has('state')) return show('You are signed out.')
  // A code is not to stay in the address bar, nor in the history.
  history.replaceState(null, '', redirect_uri)
  try {
    tokens = await redeem(query)
    show(`You allow: ${tokens.scope}`)
  } catch (error) {
    show(error instanceof Error ? error.message : String(error))
  }
}

/** RFC 8414: the endpoints, by the issuer, which must be the one that was asked for. */
const endpoint = async (name: string): Promise<string> => {
  const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  const found = (await answer.json()) as Record<string, string>
  if (found['issuer'] !== issuer) throw new Error('This is another server.')
  return found[name] ?? ''
}

/** OAuth 2.1 section 4.1.1, RFC 7636: only this tab knows the verifier. */
const signIn = async (): Promise<void> => {
  const [state, code_verifier] = [random(), random()]
  sessionStorage.setItem('asked', JSON.stringify({ state, code_verifier }))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code_verifier))
  const question = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri,
    scope: 'orders:read',
    state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  })
  location.href = `${await endpoint('authorization_endpoint')}?${question}`
}

const redeem = async (answer: URLSearchParams): Promise<Tokens> => {
  const asked = JSON.parse(sessionStorage.getItem('asked') ?? '{}') as Record<string, string>
  sessionStorage.removeItem('asked')
  // RFC 9207: and from the server that was asked.
  if (answer.get('state') !== asked['state'] || answer.get('iss') !== issuer) {
    throw new Error('This is no answer to a question of this tab.')
  }
  const code = answer.get('code')
  if (code === null) throw new Error('Nothing was allowed.')
  const code_verifier = asked['code_verifier'] ?? ''
  return ask({ grant_type: 'authorization_code', code, redirect_uri, code_verifier })
}

/** Each refresh gives another refresh token; the one before is dead. */
const refresh = async (): Promise<void> => {
  tokens = await ask({ grant_type: 'refresh_token', refresh_token: tokens?.refresh_token ?? '' })
  show(`You allow: ${tokens.scope}, with a new token`)
}

const ask = async (form: Record<string, string>): Promise<Tokens> => {
  const body = new URLSearchParams({ ...form, client_id })
  const answer = await fetch(await endpoint('token_endpoint'), { method: 'POST', body })
  if (!answer.ok) throw new Error('The server refused.')
  return (await answer.json()) as Tokens
}

/** RFC 7009: all that this tab was allowed ends with its refresh token. */
const signOut = async (): Promise<void> => {
  const body = new URLSearchParams({ token: tokens?.refresh_token ?? '', client_id })
  await fetch(await endpoint('revocation_endpoint'), { method: 'POST', body })
  tokens = undefined
  show('You are signed out.')
}

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)))

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const button = (id: string, isShown: boolean, press: () => Promise<void>): void => {
  const found = document.querySelector<HTMLButtonElement>(`#${id}`)
  if (found === null) return
  found.hidden = !isShown
  found.onclick = () => void press()
}

const show = (words: string): void => {
  const said = document.querySelector('#said')
  if (said !== null) said.textContent = words
  button('sign-in', tokens === undefined, signIn)
  button('refresh', tokens !== undefined, refresh)
  button('sign-out', tokens !== undefined, signOut)
}

void begin()
