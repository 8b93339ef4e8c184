import type { Command } from './command.ts'
import { SETUP } from './commands-setup.ts'

/** One line of the table: enough for the short help, without loading what the command needs. */
export interface Entry {
  readonly name: string
  /** The heading it stands under; none: not listed. */
  readonly group?: 'Server' | 'Clients' | 'Tokens' | 'People' | 'Setup' | 'Data' | 'Try it'
  /** One sentence with its stop. */
  readonly summary: string
  /** A signal asks it to stop, from its first moment on, and its exit is 0. */
  readonly drains?: true
  /** Loads the module of its noun; only the command that was called for is loaded. */
  readonly load: () => Promise<Command>
}

/** Every command, in the order of help. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'serve',
    group: 'Server',
    summary: 'Serve the endpoints over HTTP.',
    drains: true,
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'init',
    group: 'Server',
    summary: 'Make a configuration file, a database and its key.',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'config:show',
    group: 'Server',
    summary: 'Show the settings and where each comes from.',
    load: async () => (await import('./config-show.ts')).configShow,
  },
  {
    name: 'completion',
    group: 'Server',
    summary: 'Write the completion script of a shell.',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'help',
    summary: 'Help for a command or a topic.',
    load: async () => (await import('./help.ts')).help,
  },
  {
    name: 'client:create',
    group: 'Clients',
    summary: 'Register an application (OAuth client).',
    load: async () => (await import('./client-create.ts')).clientCreate,
  },
  {
    name: 'client:list',
    group: 'Clients',
    summary: 'List the clients.',
    load: async () => (await import('./client-list.ts')).clientList,
  },
  {
    name: 'client:show',
    group: 'Clients',
    summary: 'Show one client.',
    load: async () => (await import('./client-show.ts')).clientShow,
  },
  {
    name: 'client:update',
    group: 'Clients',
    summary: 'Change a client.',
    load: async () => (await import('./client-update.ts')).clientUpdate,
  },
  {
    name: 'client:rotate-secret',
    group: 'Clients',
    summary: 'Give a client a new secret.',
    load: async () => (await import('./client-rotate-secret.ts')).clientRotateSecret,
  },
  {
    name: 'client:revoke',
    group: 'Clients',
    summary: 'End a client and all its tokens.',
    load: async () => (await import('./client-revoke.ts')).clientRevoke,
  },
  {
    name: 'client:check-redirect',
    group: 'Clients',
    summary: 'Tell why a redirect URI is refused.',
    load: async () => (await import('./client-check-redirect.ts')).clientCheckRedirect,
  },
  {
    name: 'token:create',
    group: 'Tokens',
    summary: 'Mint a token straight from the database.',
    load: async () => (await import('./token-create.ts')).tokenCreate,
  },
  {
    name: 'token:introspect',
    group: 'Tokens',
    summary: 'Tell what a token stands for (RFC 7662).',
    load: async () => (await import('./token-introspect.ts')).tokenIntrospect,
  },
  {
    name: 'token:revoke',
    group: 'Tokens',
    summary: 'Revoke a token, or all of a client.',
    load: async () => (await import('./token-revoke.ts')).tokenRevoke,
  },
  {
    name: 'token:list',
    group: 'Tokens',
    summary: 'List tokens, without the tokens themselves.',
    load: async () => (await import('./token-list.ts')).tokenList,
  },
  {
    name: 'user:create',
    group: 'People',
    summary: 'Add a person who may sign in.',
    load: async () => (await import('./user-create.ts')).userCreate,
  },
  {
    name: 'user:list',
    group: 'People',
    summary: 'List the people.',
    load: async () => (await import('./user-list.ts')).userList,
  },
  {
    name: 'user:set-password',
    group: 'People',
    summary: 'Give a person another password.',
    load: async () => (await import('./user-set-password.ts')).userSetPassword,
  },
  {
    name: 'user:delete',
    group: 'People',
    summary: 'Delete a person and end all their access.',
    load: async () => (await import('./user-delete.ts')).userDelete,
  },
  {
    name: 'consent:list',
    group: 'People',
    summary: 'List who has allowed which client what.',
    load: async () => (await import('./consent-list.ts')).consentList,
  },
  {
    name: 'consent:revoke',
    group: 'People',
    summary: 'Take back what a person allowed.',
    load: async () => (await import('./consent-revoke.ts')).consentRevoke,
  },
  {
    name: 'session:list',
    group: 'People',
    summary: 'List the browsers that are signed in.',
    load: async () => (await import('./session.ts')).sessionList,
  },
  {
    name: 'session:revoke',
    group: 'People',
    summary: 'Sign browsers out.',
    load: async () => (await import('./session.ts')).sessionRevoke,
  },
  ...SETUP,
  {
    name: 'db:status',
    group: 'Data',
    summary: 'Show schema, engine and size.',
    load: async () => (await import('./db-status.ts')).dbStatus,
  },
  {
    name: 'db:migrate',
    group: 'Data',
    summary: 'Bring the database up to date.',
    load: async () => (await import('./db-migrate.ts')).dbMigrate,
  },
  {
    name: 'db:backup',
    group: 'Data',
    summary: 'Copy the database while the server runs.',
    load: async () => (await import('./db-backup.ts')).dbBackup,
  },
  {
    name: 'db:restore',
    group: 'Data',
    summary: 'Put a backup in the place of the database.',
    load: async () => (await import('./db-restore.ts')).dbRestore,
  },
  {
    name: 'db:check',
    group: 'Data',
    summary: 'Tell whether the database is sound.',
    load: async () => (await import('./db-check.ts')).dbCheck,
  },
  {
    name: 'db:prune',
    group: 'Data',
    summary: 'Remove what has expired.',
    load: async () => (await import('./db-prune.ts')).dbPrune,
  },
  {
    name: 'audit:list',
    group: 'Data',
    summary: 'Show what was done, by whom and when.',
    load: async () => (await import('./audit-list.ts')).auditList,
  },
  {
    name: 'audit:verify',
    group: 'Data',
    summary: 'Find what was changed in the audit trail.',
    load: async () => (await import('./audit-verify.ts')).auditVerify,
  },
  {
    name: 'flow:code',
    group: 'Try it',
    summary: 'Sign in in the browser, and print the tokens.',
    load: async () => (await import('./flow-code.ts')).flowCode,
  },
  {
    name: 'flow:client-credentials',
    group: 'Try it',
    summary: 'Ask the server for a token, as the client does.',
    load: async () => (await import('./flow-client-credentials.ts')).flowClientCredentials,
  },
]

export const findEntry = (name: string): Entry | undefined => COMMANDS.find((entry) => entry.name === name)
