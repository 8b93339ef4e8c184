/** Which page a refusal is to a person, where no client may be told (OAuth 2.1 section 4.1.2.1). */
export type PageKind =
  /** The client is not known here, or is revoked. */
  | 'client'
  /** Where the person would be sent is not registered (AZ-02). */
  | 'redirect'
  /** The request is malformed. */
  | 'request'
  /** The page is too old, was answered before, or is another browser's (AZ-15). */
  | 'expired'
  /** The form does not come from our own page (PG-03). */
  | 'forged'
  | 'busy'
  | 'fault'
  /** There is nothing at this path. */
  | 'missing'
