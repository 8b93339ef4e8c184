import { type Command, defineCommand } from './command.ts'
import { examine, tellExamined } from './examine.ts'

/** `oauthd db:check`: reads all of the database, while servers use it. */
export const dbCheck: Command = defineCommand({
  name: 'db:check',
  modes: ['json'],
  flags: {},
  operands: {},
  settings: [],
  examples: [
    ['Is it sound?', 'oauthd db:check'],
    ['Each night', 'oauthd db:check --json'],
  ],
  output: [
    'What is wrong, or that nothing is.',
    '--json  {"ok","schema","faults":[{"check","count","message","examples"}]}; exit 1 unless it is ok',
  ],
  exit: [1],
  see: ['db:backup', 'db:restore'],
  run: async ({ config, print }) => {
    const { db } = (await config()).settings
    return tellExamined(print, await examine(db, db, Math.floor(Date.now() / 1000)))
  },
})
