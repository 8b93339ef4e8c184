import { misused } from './failure.ts'
import { type Flag, type FlagValues, toggle } from './flag.ts'
import type { Mode } from './globals.ts'
import type { Printer } from './print.ts'

/** Forms of a token beside the output modes: for curl, and for a file. */
export type TokenForms = { readonly header: Flag<boolean>; readonly bare: Flag<boolean> }

export const TOKEN_FORMS: TokenForms = {
  header: toggle('print it as an Authorization header'),
  bare: toggle('print the token alone'),
}

/** A form of output is one of its own. @throws {Failure} exit 2 */
export const refuseTwoForms = ({ header, bare }: FlagValues<TokenForms>, mode: Mode): void => {
  if (header && bare) throw misused('--header and --bare exclude each other', 'leave one of them out')
  if ((header || bare) && mode !== 'human') {
    throw misused(`--${header ? 'header' : 'bare'} and --${mode} exclude each other`, 'leave one of them out')
  }
}

/** A token response (RFC 6749 section 5.1), as far as it is printed. */
export interface PrintedToken {
  readonly access_token: string
  readonly expires_in?: number | undefined
  readonly refresh_token?: string | undefined
  readonly scope?: string | undefined
}

/** Prints what was issued, in the form that was asked for; masked in the logs of GitHub Actions. */
export const printToken = (
  print: Printer,
  { header, bare }: FlagValues<TokenForms>,
  token: PrintedToken,
): void => {
  const { access_token, expires_in, refresh_token, scope } = token
  if (header || bare) {
    print.mask(access_token)
    print.raw(header ? `Authorization: Bearer ${access_token}` : access_token)
    return
  }
  print.result({
    json: () => token,
    ids: [access_token],
    env: {
      ACCESS_TOKEN: access_token,
      ...(refresh_token === undefined ? {} : { REFRESH_TOKEN: refresh_token }),
    },
    fields: [
      ['access_token', access_token],
      ...(refresh_token === undefined ? [] : [['refresh_token', refresh_token] as const]),
      ...(expires_in === undefined ? [] : [['expires_in', String(expires_in)] as const]),
      ...(scope === undefined ? [] : [['scope', scope] as const]),
    ],
    secrets: [access_token, ...(refresh_token === undefined ? [] : [refresh_token])],
  })
}
