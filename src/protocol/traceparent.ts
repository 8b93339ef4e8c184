/** What a request says of the trace that it belongs to (W3C Trace Context section 3.2). */

const FORM = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(-.*)?$/

/**
 * The trace id of a `traceparent`, which finds the request in everybody's logs; `undefined` for one that
 * is not well formed, of which nothing is kept. Versions to come may say more behind their flags.
 *
 * @see W3C Trace Context section 3.2.2 and 4
 */
export const traceId = (traceparent: string | null): string | undefined => {
  const [, version, trace_id, more] = (traceparent === null ? null : FORM.exec(traceparent)) ?? []
  return version === '00' && more !== undefined ? undefined : trace_id
}
