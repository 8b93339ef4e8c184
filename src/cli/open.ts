import { now, openServer, type Server } from '../server.ts'
import { findState } from '../store/state.ts'
import type { Work } from '../store/work.ts'
import type { Context } from './command.ts'

/**
 * Opens the database that a command is to work on: `create` for the commands that make it when it
 * is missing, `existing` for those that only read or change what is there.
 *
 * The issuer is the one given, or the one that a server recorded, or the default. FAPI holds where either says
 * so: no command hands out what a server under it never would (FA-01).
 */
export const openForCommand = async (
  { config, print }: Pick<Context, 'config' | 'print'>,
  mode: 'create' | 'existing',
): Promise<Server> => {
  const { settings, given } = await config()
  const server = await openServer({
    db: settings.db,
    mode,
    settings,
    secret: process.env['OAUTHD_SECRET'],
    onWarning: ({ message }) => print.warn(message),
  })
  if (server.created.length > 0) print.note(`Created ${server.created.join(' and ')} (0600)`)
  if (server.copied !== undefined) print.note(`Copied the database to ${server.copied} before its migration`)
  const recorded = await server.store.read(recordedOf())
  const issuer = given.issuer === undefined ? (recorded.issuer ?? settings.issuer) : settings.issuer
  const profile = settings.profile ?? (recorded.profile === 'fapi2' ? 'fapi2' : undefined)
  return { ...server, settings: { ...server.settings, issuer, profile } }
}

/** What the server that was started last said of itself. */
function* recordedOf(): Work<{ readonly issuer: string | undefined; readonly profile: string | undefined }> {
  return { issuer: yield* findState('issuer'), profile: yield* findState('profile') }
}

/** Opens, does the work, closes; also when the work fails. */
export const withServer = async <T>(
  context: Pick<Context, 'config' | 'print'>,
  mode: 'create' | 'existing',
  work: (server: Server, now: number) => Promise<T>,
): Promise<T> => {
  const server = await openForCommand(context, mode)
  try {
    return await work(server, now(server))
  } finally {
    await server.close()
  }
}
