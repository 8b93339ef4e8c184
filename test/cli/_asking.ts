/** A program that asks one question and prints the answer: `node test/cli/_asking.ts confirm --yes`. */
import { createAsker } from '../../src/cli/ask.ts'
import { readGlobals } from '../../src/cli/globals.ts'
import { lookFirst } from '../../src/cli/parse.ts'
import { readSecretFromStdin } from '../../src/cli/read-secret.ts'
import { report } from '../../src/cli/report.ts'

const argv = process.argv.slice(2)
const { globals, words } = lookFirst(argv)
const ask = createAsker(readGlobals(globals, process))
const questions: Readonly<Record<string, () => Promise<unknown>>> = {
  text: () =>
    ask.text({
      flag: '--name N',
      message: 'Name',
      check: (name) => (name === 'x' ? 'too short' : undefined),
    }),
  secret: () => ask.secret({ flag: '--secret-stdin', message: 'Secret:' }),
  confirm: () => ask.confirm({ loss: async () => 'Shop: 12 active tokens stop working', verb: 'revoke' }),
  stdin: () => readSecretFromStdin({ what: 'token', ask }),
}
try {
  console.log(`answer=${await questions[words[0] ?? '']?.()}`)
} catch (error) {
  process.exitCode = report(error, { json: argv.includes('--json'), verbose: false, stderr: process.stderr })
}
