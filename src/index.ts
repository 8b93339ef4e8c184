export type { TokenResponse } from './actions/issue.ts'
export type { ClientWithSecret, RotatedClient } from './clients.ts'
export type { ConsentInformation } from './consents.ts'
export type { EventListener, EventType, OAuthEvent } from './events.ts'
export { createOAuthServer, type OAuthServer } from './library.ts'
export type {
  ApprovalChoice,
  ApprovedAuthorization,
  ApprovingPerson,
  DenialReason,
} from './library-authorization.ts'
export type { OAuthClients, OAuthConsents } from './library-clients.ts'
export type { OAuthServerOptions, OpenDatabase } from './library-options.ts'
export type { TokenRequest } from './library-tokens.ts'
export { SecretError } from './master-secret.ts'
export type { Introspection } from './protocol/access-token.ts'
export type { ClientInformation } from './protocol/client-information.ts'
export type { GivenMetadata } from './protocol/client-metadata.ts'
export { type ErrorCode, OAuthError } from './protocol/error.ts'
export type { Principal } from './protocol/principal.ts'
export type { ProtectedResourceMetadata } from './protocol/resource-metadata.ts'
export type { ValidatedAuthorization } from './protocol/validated-authorization.ts'
export type { Log } from './server.ts'
export { StoreError } from './store/store-error.ts'
