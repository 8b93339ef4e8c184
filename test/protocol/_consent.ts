/** Things a person may have allowed, and told to remember, in any order. */
import fc from 'fast-check'

/** One answer on the consent page. */
export const allowed: fc.Arbitrary<{
  scope: string
  resource: string[]
  remember: boolean
}> = fc.record({
  scope: fc.subarray(['a', 'b', 'c']).map((tokens) => tokens.join(' ')),
  resource: fc.subarray(['https://a.example', 'https://b.example']),
  remember: fc.boolean(),
})
