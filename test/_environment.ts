import type { TestContext } from 'node:test'

const ours = (): readonly string[] => Object.keys(process.env).filter((name) => name.startsWith('OAUTHD_'))

const BEFORE: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  ours().map((name) => [name, process.env[name]]),
)

const replace = (variables: Readonly<Record<string, string | undefined>>): void => {
  for (const name of ours()) delete process.env[name]
  Object.assign(process.env, variables)
}

/** Sets our variables to these and takes all others of ours away, until the test ends. */
export const environment = (t: TestContext, variables: Readonly<Record<string, string>>): void => {
  replace(variables)
  t.after(() => replace(BEFORE))
}
