/**
 * Where the secret of a new or rotated client goes: it is shown this once, or written to a file, or
 * handed to GitHub Actions. A place is found good before anything is made: afterwards the old secret
 * may be dead and the new one is nowhere else.
 */
import { appendFileSync, closeSync, openSync } from 'node:fs'
import type { ClientWithSecret } from '../clients.ts'
import { conflicting, failed, misused } from './failure.ts'
import { type Flag, type FlagValues, fileName, toggle } from './flag.ts'
import { prepareNew, unwritable } from './new-file.ts'
import type { Printer } from './print.ts'

export type SecretFlags = {
  readonly secret_stdin: Flag<boolean>
  readonly secret_file: Flag<string | undefined>
  readonly github_output: Flag<boolean>
}

export const SECRET_FLAGS: SecretFlags = {
  secret_stdin: toggle('take the secret from stdin instead of generating one'),
  secret_file: fileName('write the secret there (0600, never over a file) and do not show it'),
  github_output: toggle('append client_id and client_secret to $GITHUB_OUTPUT, masked'),
}

export interface SecretPlace {
  /** The secret is kept elsewhere and is not printed. */
  readonly hides: boolean
  /** @throws {Failure} exit 1: the client is made, and nobody knows its secret */
  keep(client: ClientWithSecret): void
  /** Takes back what was prepared. */
  forget(): void
}

/**
 * Does `work` with a place for the secret; a work that fails leaves nothing in it.
 * @throws {Failure} before anything is done, when the secret could not be kept afterwards
 */
export const withSecretPlace = async <T>(
  { secret_file, github_output }: FlagValues<SecretFlags>,
  print: Printer,
  work: (place: SecretPlace) => Promise<T>,
): Promise<T> => {
  if (secret_file !== undefined && github_output)
    throw misused('--secret-file and --github-output exclude each other', 'leave one of them out')
  const place = github_output
    ? gitHubOutput(print)
    : secret_file !== undefined
      ? secretFile(secret_file, print)
      : ON_STDOUT
  try {
    return await work(place)
  } catch (error) {
    place.forget()
    throw error
  }
}

const ON_STDOUT: SecretPlace = { hides: false, keep() {}, forget() {} }

const secretFile = (file: string, print: Printer): SecretPlace => {
  const exists = conflicting('file_exists', `${file} exists already`, 'name another --secret-file')
  const made = prepareNew(file, 0o600, exists)
  return {
    hides: true,
    keep(client) {
      keeping(client, file, () => made.finish(`${client.client_secret}\n`))
      print.note(`Wrote the secret to ${file}`)
    },
    forget: made.discard,
  }
}

const gitHubOutput = (print: Printer): SecretPlace => {
  const file = process.env['GITHUB_OUTPUT']
  if (file === undefined || file === '') {
    throw misused('--github-output needs $GITHUB_OUTPUT', 'it is set inside a step of GitHub Actions')
  }
  touch(file)
  return {
    hides: true,
    keep(client) {
      const { client_id, client_secret } = client
      if (client_secret !== undefined) print.mask(client_secret)
      const secret = client_secret === undefined ? '' : `client_secret=${client_secret}\n`
      keeping(client, '$GITHUB_OUTPUT', () => appendFileSync(file, `client_id=${client_id}\n${secret}`))
      print.note(`Wrote client_id${secret === '' ? '' : ' and client_secret'} to $GITHUB_OUTPUT`)
    },
    forget() {},
  }
}

const touch = (file: string): void => {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (error) {
    throw unwritable(file, error)
  }
}

/** Too late to undo anything: what can still be done is said. */
const keeping = ({ client_id }: ClientWithSecret, where: string, write: () => void): void => {
  try {
    write()
  } catch (error) {
    throw failed(
      'secret_not_written',
      `client ${client_id} has a new secret that could not be written to ${where}, so nobody knows it`,
      `oauthd client:rotate-secret ${client_id} gives it another`,
      error,
    )
  }
}
