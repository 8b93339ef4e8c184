/** Where the secret of a new or rotated client goes: shown once, into a file, or to GitHub Actions. */
import { appendFileSync, closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import type { ClientWithSecret } from '../clients.ts'
import { conflicting, failed, misused } from './failure.ts'
import { type Flag, text, toggle } from './flag.ts'
import type { Printer, Result } from './print.ts'

export type SecretFlags = {
  readonly secret_stdin: Flag<boolean>
  readonly secret_file: Flag<string | undefined>
  readonly github_output: Flag<boolean>
}

export const SECRET_FLAGS: SecretFlags = {
  secret_stdin: toggle('take the secret from stdin instead of generating one'),
  secret_file: text('FILE', 'write the secret there (0600, never over a file) and do not show it'),
  github_output: toggle('append client_id and client_secret to $GITHUB_OUTPUT, masked'),
}

/** A place for the secret that was found good before anything is made. */
export interface SecretPlace {
  /** Keeps the secret; afterwards the client may be printed. */
  keep(client: ClientWithSecret): void
  /** Takes back what was prepared when nothing came of it. */
  forget(): void
  /** The secret is not printed. */
  readonly hides: boolean
}

/** @throws {Failure} before anything is done, when the secret could not be kept afterwards */
export const placeForSecret = (
  flags: { readonly secret_file: string | undefined; readonly github_output: boolean },
  print: Printer,
): SecretPlace => {
  if (flags.github_output) return gitHubOutput(print)
  if (flags.secret_file !== undefined) return secretFile(flags.secret_file)
  return { keep() {}, forget() {}, hides: false }
}

const secretFile = (file: string): SecretPlace => {
  let handle: number
  try {
    handle = openSync(file, 'wx', 0o600)
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (exists) throw conflicting('file_exists', `${file} exists already`, 'name another --secret-file')
    throw failed('file_unwritable', `cannot write ${file}`, 'check the folder and who may write there', error)
  }
  return {
    keep: ({ client_secret }) => {
      if (client_secret === undefined) unlinkSync(file)
      else writeSync(handle, `${client_secret}\n`)
      closeSync(handle)
    },
    forget: () => {
      closeSync(handle)
      unlinkSync(file)
    },
    hides: true,
  }
}

const gitHubOutput = (print: Printer): SecretPlace => {
  const file = process.env['GITHUB_OUTPUT']
  if (file === undefined || file === '') {
    throw misused('--github-output needs $GITHUB_OUTPUT', 'it is set inside a step of GitHub Actions')
  }
  return {
    keep: ({ client_id, client_secret }) => {
      if (client_secret !== undefined) print.mask(client_secret)
      const secret = client_secret === undefined ? '' : `client_secret=${client_secret}\n`
      appendFileSync(file, `client_id=${client_id}\n${secret}`)
      print.note('wrote client_id, client_secret to $GITHUB_OUTPUT')
    },
    forget() {},
    hides: true,
  }
}

/** A client with the secret it is shown with this once. */
export const clientResult = (
  client: ClientWithSecret,
  title: string,
  issuer: string,
  hides: boolean,
): Result => {
  const { client_secret, client_secret_expires_at, ...rest } = client
  const secret = hides ? undefined : client_secret
  return {
    json: () => (secret === undefined ? rest : client),
    ids: [client.client_id],
    env: {
      CLIENT_ID: client.client_id,
      ...(secret === undefined ? {} : { CLIENT_SECRET: secret }),
      ISSUER: issuer,
    },
    title,
    fields: [
      ['client_id', client.client_id],
      ...(secret === undefined ? [] : [['client_secret', `${secret}   # shown once; store it now`] as const]),
      ['grant_types', client.grant_types.join(', ')],
      ...(client.redirect_uris.length === 0
        ? []
        : [['redirect_uris', client.redirect_uris.join(', ')] as const]),
      ...(client.scope === undefined ? [] : [['scope', client.scope] as const]),
      ['auth method', client.token_endpoint_auth_method],
    ],
    ...(secret === undefined ? {} : { secrets: [secret] }),
  }
}
