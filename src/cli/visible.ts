/**
 * Characters that steer a terminal or turn the reading direction: C0 and C1 controls, the line and
 * paragraph separators, the bidirectional marks. A client's name is somebody else's text.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const STEERING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/g

/** Text as a terminal may show it, on one line. */
export const visible = (text: string): string => text.replace(STEERING, '\u{fffd}')

/**
 * Requirement LG-01: no token and no secret in an error text, also when typed where it does not belong,
 * and no user information of a URL, which holds the password of a database.
 */
export const redact = (text: string): string =>
  visible(text)
    .replace(/\bo(at|rt|ac|dc|cs|se)_[A-Za-z0-9_-]{8,}/g, 'o$1_…')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, '$1…@')
