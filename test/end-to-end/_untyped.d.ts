/** What the tests use of clients that come without types. */

declare module 'express' {
  import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'

  type Handler = (
    request: IncomingMessage & Express.Request & { session?: object; user?: unknown; body?: unknown },
    response: ServerResponse & {
      json(body: unknown): void
      status(code: number): ServerResponse & { json(body: unknown): void }
    },
    next: (error?: unknown) => void,
  ) => void
  interface Application extends RequestListener {
    use(handler: Handler): void
    use(path: string, ...handlers: Handler[]): void
    get(path: string, ...handlers: Handler[]): void
    post(path: string, ...handlers: Handler[]): void
    listen(port: number, host: string, done?: (error?: Error) => void): Server
  }
  const express: {
    (): Application
    urlencoded(options: { extended: boolean }): Handler
  }
  export = express
}

declare module 'passport' {
  import type { Handler } from 'express'

  class Passport {
    use(strategy: object): void
    initialize(): Handler
    authenticate(name: string, options: { session: false }): Handler
  }
  const passport: { Passport: typeof Passport }
  export = passport
}

declare module 'passport-oauth2' {
  type Done = (error: unknown, user?: unknown) => void
  class OAuth2Strategy {
    constructor(
      options: Readonly<Record<string, string | true>>,
      verify: (access_token: string, refresh_token: string, profile: unknown, done: Done) => void,
    )
    /** What passport-oauth2-refresh and its like refresh with. */
    readonly _oauth2: {
      getOAuthAccessToken(
        token: string,
        form: { grant_type: string },
        done: (error: unknown, access_token: string, refresh_token: string) => void,
      ): void
    }
  }
  export = OAuth2Strategy
}

declare module 'simple-oauth2' {
  interface AccessToken {
    readonly token: Readonly<Record<string, unknown>>
    refresh(form?: Readonly<Record<string, string>>): Promise<AccessToken>
    revoke(kind: 'access_token' | 'refresh_token'): Promise<void>
    revokeAll(): Promise<void>
  }
  class AuthorizationCode {
    constructor(options: {
      client: { id: string; secret: string }
      auth: Readonly<Record<'tokenHost' | 'tokenPath' | 'authorizePath' | 'revokePath', string>>
      http?: { json: boolean }
    })
    authorizeURL(form: Readonly<Record<string, string>>): string
    getToken(form: Readonly<Record<string, string>>): Promise<AccessToken>
  }
  const simple: { AuthorizationCode: typeof AuthorizationCode }
  export = simple
}
