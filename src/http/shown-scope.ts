import type { ShownScope } from '../pages/scopes.ts'
import type { ScopeRecord } from '../store/scope.ts'

/** A scope as a page shows it: in the operator's words, where there are any. */
export const shownScope = (described: readonly ScopeRecord[], scope: string): ShownScope =>
  described.find((one) => one.scope === scope) ?? {
    scope,
    title: null,
    description: null,
    is_sensitive: false,
  }
