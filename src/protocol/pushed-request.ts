/** RFC 9126 section 2.2: how our request_uri begins; the rest is random, and only its hash is kept. */
const PREFIX = 'urn:ietf:params:oauth:request_uri:'

/** How long a pushed request waits for its browser (FA-02: less than 600). Seconds. */
export const PUSHED_LIFETIME = 90

export const requestUri = (token: string): string => PREFIX + token

/** What a request_uri of ours holds; `undefined` for one that would have to be fetched, which is never done. */
export const pushedToken = (request_uri: string): string | undefined =>
  request_uri.startsWith(PREFIX) ? request_uri.slice(PREFIX.length) : undefined
