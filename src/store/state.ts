import { one, run, type Work } from './work.ts'

/** What oauthd_state remembers, by name. */
export type StateName = 'issuer' | 'profile' | 'ready_at'

/** The recorded value, or `undefined` before it was ever recorded. */
export function* findState(name: StateName): Work<string | undefined> {
  const row = yield* one<{ value: string }>('SELECT value FROM oauthd_state WHERE name = $name', { name })
  return row?.value
}

/** Records a value in place of an older one. */
export function* putState(name: StateName, value: string): Work<void> {
  yield* run(
    `INSERT INTO oauthd_state (name, value) VALUES ($name, $value)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    { name, value },
  )
}
