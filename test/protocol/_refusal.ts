import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type ErrorCode, OAuthError } from '../../src/protocol/error.ts'

/** Runs what must be refused with `error`, and gives the refusal. */
export const refusal = (error: ErrorCode, run: () => unknown): OAuthError => {
  try {
    run()
  } catch (thrown) {
    assert(thrown instanceof OAuthError, String(thrown))
    assert.equal(thrown.error, error, thrown.error_description)
    return thrown
  }
  throw new assert.AssertionError({ message: `expected ${error}, but nothing was refused` })
}

/** The parsed JSON of test/vectors. */
export const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')) as T
