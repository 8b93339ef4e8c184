-- oauthd: the whole data model, and the only DDL. Written in SQLite's words; PostgreSQL gets the
-- same text after a handful of replacements. Each table is commented as the life of its record.
--
-- Times are epoch seconds. Flags are 0 or 1. Lists are JSON text, read whole. Secrets rest only as
-- keyed hashes (HMAC-SHA-256 under a key of oauthd_hash_key); private keys only sealed.
-- Every table begins with oauth_ or oauthd_: the file may hold an app's own tables beside ours.

-- Which steps of src/store/migrate.ts this database has had. Written in the transaction that runs
-- the step. PRAGMA user_version and application_id are the app's, not ours.
CREATE TABLE oauthd_migration (
  version INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

-- Small facts of the installation, one row a name: `issuer` and `profile` (recorded by serve, so that the
-- command line can name the one and hold to the other), `ready_at` (the row that /readyz writes), `secret_rotation` (until when somebody
-- rotates the master secret).
CREATE TABLE oauthd_state (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The keys under which secrets and tokens are hashed. Made with the database; random, and sealed
-- under the master secret, so that the master secret can change without losing a token. New hashes
-- use the newest key; a row is looked up with the key it names.
CREATE TABLE oauthd_hash_key (
  hash_key_id TEXT NOT NULL PRIMARY KEY, -- hk_…, time-ordered
  sealed TEXT NOT NULL, -- compact JWE, alg dir, enc A256GCM
  created_at INTEGER NOT NULL,
  activates_at INTEGER NOT NULL -- hashes from then on: every running process has read it by then
) STRICT, WITHOUT ROWID;

-- A signing key: made by serve when the database has none for an algorithm, or by key:rotate. Where it
-- stands is read off its times (pending, active, retiring, gone; revoked), so that several processes
-- agree. The public half is what GET /oauth/jwks publishes; the private half rests sealed.
CREATE TABLE oauth_signing_key (
  kid TEXT NOT NULL PRIMARY KEY, -- RFC 7638 thumbprint
  alg TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  sealed TEXT NOT NULL, -- the private JWK in a compact JWE
  created_at INTEGER NOT NULL,
  activates_at INTEGER NOT NULL, -- published before, signs from then on
  signed_until INTEGER, -- no JWT that it signed ends later; moved before the JWT is given
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- A scope the operator has described. A scope need not be described to be granted; a description
-- gives it words on pages, a place in scopes_supported, and may make it a default.
CREATE TABLE oauth_scope (
  scope TEXT NOT NULL PRIMARY KEY,
  title TEXT,
  description TEXT,
  is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
  is_sensitive INTEGER NOT NULL CHECK (is_sensitive IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A resource that tokens are for (RFC 8707): registered by resource:create, removed by resource:delete, never
-- changed in between. While there is none, a client may name any; from the first on, only these.
CREATE TABLE oauth_resource (
  resource_key TEXT NOT NULL PRIMARY KEY, -- as it is compared: one spelling of all that mean the same
  resource TEXT NOT NULL, -- as it was registered, and as aud spells it
  resource_name TEXT, -- what people call it
  access_token_format TEXT CHECK (access_token_format IN ('opaque', 'jwt')), -- NULL: the server's; so are the next two
  signing_alg TEXT,
  access_token_ttl INTEGER, -- seconds
  scope TEXT NOT NULL, -- the scopes it knows; may be empty
  is_advertised INTEGER NOT NULL CHECK (is_advertised IN (0, 1)), -- in protected_resources of the metadata
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A client (RFC 7591): registered by command line or library, changed in place, revoked by setting
-- revoked_at. A revoked client is kept: its tokens name it, and it must not come back by accident.
CREATE TABLE oauth_client (
  client_id TEXT NOT NULL PRIMARY KEY, -- cl_…, or chosen with --id
  client_name TEXT NOT NULL,
  redirect_uris TEXT NOT NULL, -- JSON list
  grant_types TEXT NOT NULL, -- JSON list
  scope TEXT NOT NULL, -- space-separated, in the order registered; may be empty
  token_endpoint_auth_method TEXT CHECK (token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post', 'none',
    'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth')), -- NULL: never named, basic and post are both taken
  first_party INTEGER NOT NULL CHECK (first_party IN (0, 1)),
  owner TEXT, -- TYPE:ID, the app's own words
  introspect TEXT NOT NULL CHECK (introspect IN ('own', 'any')), -- what it may ask POST /oauth/introspect about
  resource TEXT NOT NULL, -- JSON list: the resources it serves (RFC 8707)
  access_token_ttl INTEGER, -- seconds; NULL: the server's; so are the next four
  code_ttl INTEGER,
  refresh_token_ttl INTEGER, -- from approval on, whatever is done with it
  refresh_idle_ttl INTEGER, -- since the last use
  refresh_grace INTEGER, -- how long a lost answer may be asked for again
  refresh_rotate TEXT NOT NULL CHECK (refresh_rotate IN ('always', 'never')),
  security TEXT NOT NULL, -- JSON object: its keys, and how its requests must be made
  client_id_issued_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- A secret of a confidential client: made with the client or by rotation, shown once, kept as a
-- keyed hash. At most two live: the newest, and the one before until its expires_at.
CREATE TABLE oauth_client_secret (
  client_secret_id TEXT NOT NULL PRIMARY KEY, -- cs_…, time-ordered: the newest sorts last
  client_id TEXT NOT NULL REFERENCES oauth_client (client_id),
  secret_hash TEXT NOT NULL, -- base64url
  hash_key_id TEXT NOT NULL REFERENCES oauthd_hash_key (hash_key_id),
  preview TEXT NOT NULL, -- enough to tell two apart, too little to guess from
  created_at INTEGER NOT NULL,
  expires_at INTEGER -- NULL: does not expire
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_client_secret_client ON oauth_client_secret (client_id, client_secret_id);

-- An access token: inserted once by src/actions/issue.ts, read by introspection, revoked by setting
-- revoked_at, removed after exp by `oauthd db:prune`. The key is time-ordered, so that a commit dirties few
-- pages; nothing else but exp has an index: a random one dirties a page a row, and one by client, for what
-- an operator asks once in a while, would cost every token issued a quarter of its time in the store (decision 0007).
CREATE TABLE oauth_access_token (
  jti TEXT NOT NULL PRIMARY KEY, -- the public half of the token, time-ordered
  token_hash TEXT NOT NULL, -- base64url; `jwt` for one that its signature proves (RFC 9068)
  hash_key_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  authorization_id TEXT, -- what a person allowed; NULL for client_credentials
  sub TEXT NOT NULL, -- the client_id itself for client_credentials (RFC 9068 section 2.2)
  grant_type TEXT NOT NULL,
  scope TEXT NOT NULL, -- may be empty
  aud TEXT, -- JSON list of resources; NULL: the issuer
  cnf TEXT, -- JSON object: the key it is bound to (RFC 7800); NULL: whoever has it may use it
  authorization_details TEXT, -- JSON list (RFC 9396); NULL: none
  iat INTEGER NOT NULL,
  exp INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- db:prune goes by exp, which is nearly time-ordered.
CREATE INDEX oauth_access_token_exp ON oauth_access_token (exp);

-- A person of the built-in sign-in page. An app with users of its own needs no row here. Made by
-- user:create, gone with user:delete, which first revokes all that the person allowed.
CREATE TABLE oauth_user (
  sub TEXT NOT NULL PRIMARY KEY, -- us_…, or chosen with --sub; never a client_id
  username TEXT NOT NULL, -- as it is shown
  username_key TEXT NOT NULL, -- as it is compared: NFKC, lower case
  password_hash TEXT NOT NULL, -- PHC string
  created_at INTEGER NOT NULL,
  password_changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX oauth_user_username ON oauth_user (username_key);

-- A signed-in browser: made by a sign-in, ended by sign-out, session:revoke, a changed password or
-- its end, when the row is removed. The cookie holds the secret half.
CREATE TABLE oauth_session (
  session_id TEXT NOT NULL PRIMARY KEY, -- the public half of the cookie, time-ordered
  session_hash TEXT NOT NULL,
  hash_key_id TEXT NOT NULL,
  sub TEXT NOT NULL,
  username TEXT NOT NULL,
  user_agent TEXT, -- as the browser said, cut; for the person's own list
  auth_time INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_session_sub ON oauth_session (sub, session_id);
CREATE INDEX oauth_session_expires ON oauth_session (expires_at);

-- What a client asked for at the authorization endpoint, after it was examined: pages and the
-- interaction API carry only its id. Lives 15 minutes, is bound to the browser that brought it, and
-- is answered once: then used_at is set, and Back and a second button press find nothing to do.
CREATE TABLE oauth_authorization_request (
  request_id TEXT NOT NULL PRIMARY KEY, -- ar_…, time-ordered
  client_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL, -- as presented
  state TEXT,
  scope TEXT NOT NULL, -- what would be granted; may be empty
  resource TEXT NOT NULL, -- JSON list
  authorization_details TEXT, -- JSON list (RFC 9396)
  code_challenge TEXT NOT NULL,
  dpop_jkt TEXT, -- the key that alone may redeem the code (RFC 9449 section 10)
  prompt TEXT NOT NULL, -- space-separated; may be empty
  max_age INTEGER,
  login_hint TEXT,
  ui_locales TEXT,
  browser_mac TEXT NOT NULL, -- HMAC of request_id under the secret of the browser's cookie
  session_id TEXT, -- the session that was made for it (prompt=login)
  decision TEXT, -- JSON: what the app decided, until the browser comes back for it with the ticket
  decided_sub TEXT, -- for whom it was approved: whoever takes access back takes this back too
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_authorization_request_expires ON oauth_authorization_request (expires_at);
CREATE INDEX oauth_authorization_request_decided ON oauth_authorization_request (decided_sub) WHERE decided_sub IS NOT NULL;

-- An authorization request that a client pushed (RFC 9126): its request_uri is brought by a browser within 90
-- seconds and once. Then used_at is set, and request_id names what that browser's visit was kept as, so that it
-- may load the page again; the row ends with that request.
CREATE TABLE oauth_pushed_request (
  pushed_id TEXT NOT NULL PRIMARY KEY, -- the public half of the request_uri, time-ordered
  request_hash TEXT NOT NULL,
  hash_key_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  parameters TEXT NOT NULL, -- form-encoded; examined again when a browser brings the request_uri
  is_signed INTEGER NOT NULL CHECK (is_signed IN (0, 1)), -- they came as a request object (RFC 9101)
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  request_id TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_pushed_request_expires ON oauth_pushed_request (expires_at);

-- What a person allowed a client, once: every code and token carries its id, so that revoked_at ends
-- all of them in one statement. Ends with its code until that is redeemed; then expires_at is the end of
-- all it leads to, which no refresh moves (RT-06).
CREATE TABLE oauth_authorization (
  authorization_id TEXT NOT NULL PRIMARY KEY, -- au_…, time-ordered
  client_id TEXT NOT NULL,
  sub TEXT NOT NULL,
  username TEXT,
  scope TEXT NOT NULL, -- may be empty
  resource TEXT NOT NULL, -- JSON list
  authorization_details TEXT, -- JSON list (RFC 9396)
  claims TEXT, -- JSON object of extra claims given at approval
  auth_time INTEGER,
  acr TEXT,
  amr TEXT, -- JSON list
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL, -- moved once a day at the most
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_authorization_sub ON oauth_authorization (sub, client_id);
CREATE INDEX oauth_authorization_expires ON oauth_authorization (expires_at);

-- An authorization code: made when the browser is sent back, claimed once by setting used_at. One that
-- is never used goes when it ends; a used one is kept until the authorization's end, so that a late
-- replay is still recognised (TK-08).
CREATE TABLE oauth_authorization_code (
  code_id TEXT NOT NULL PRIMARY KEY, -- the public half of the code, time-ordered
  code_hash TEXT NOT NULL,
  hash_key_id TEXT NOT NULL,
  authorization_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  dpop_jkt TEXT,
  wrong_tries INTEGER NOT NULL, -- with another verifier; the third ends it (TK-07)
  expires_at INTEGER NOT NULL,
  authorization_expires_at INTEGER NOT NULL, -- when the authorization shall end, once this is used
  purge_at INTEGER NOT NULL, -- its own end; that of the authorization once it is used
  used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_authorization_code_purge ON oauth_authorization_code (purge_at);

-- One generation of a refresh token. The newest is unused, and lies sealed under a key that only the one
-- before gives, so that a lost answer can be given again, until its retry window ends or it is used
-- (RT-07 to RT-14). A use sets used_at and successor_id, and forgets the sealed copy.
CREATE TABLE oauth_refresh_token (
  refresh_token_id TEXT NOT NULL PRIMARY KEY, -- the public half of the token, time-ordered
  token_hash TEXT NOT NULL,
  hash_key_id TEXT NOT NULL,
  authorization_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  iat INTEGER NOT NULL,
  exp INTEGER NOT NULL, -- its idle end, never behind the authorization's
  used_at INTEGER,
  successor_id TEXT, -- the generation that its use made
  sealed TEXT, -- the token itself, while it may be asked for again
  sealed_until INTEGER, -- when that is wiped
  answer_exp INTEGER, -- exp of the access token it was first given with, which no retry outlives
  retries INTEGER NOT NULL,
  cnf TEXT, -- JSON object: the key of a public client, without which it is worth nothing (DP-06)
  purge_at INTEGER NOT NULL -- the authorization's end: until then a stolen old one must be recognised
) STRICT, WITHOUT ROWID;

CREATE INDEX oauth_refresh_token_purge ON oauth_refresh_token (purge_at);
CREATE INDEX oauth_refresh_token_sealed ON oauth_refresh_token (sealed_until) WHERE sealed IS NOT NULL;

-- What a person has allowed a client so far, and how much of it without being asked again: what was
-- allowed at one resource is allowed at no other. Grows with each approval; removed when access is taken back.
CREATE TABLE oauth_consent (
  sub TEXT NOT NULL,
  client_id TEXT NOT NULL,
  allowed TEXT NOT NULL, -- JSON list of {"resource" (null: the issuer), "scope", "remembered" (a scope; null: always asked)}
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (sub, client_id)
) STRICT, WITHOUT ROWID;

-- A budget: how much of it is spent in a window. Of failures to sign in, under a keyed hash of what is counted;
-- of what a client pushes, under its id.
CREATE TABLE oauthd_limit (
  limit_key TEXT NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL,
  resets_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX oauthd_limit_resets ON oauthd_limit (resets_at);

-- The id of a JWT that works once: of a client's assertion, of a DPoP proof. Kept, as a digest of whose it is
-- and what it says, until the JWT itself is over; every process of the database refuses it until then.
CREATE TABLE oauthd_used_jti (
  jti_key TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX oauthd_used_jti_expires ON oauthd_used_jti (expires_at);

-- What changed who may do what, and what speaks of an attack: written by src/actions/audit.ts in the
-- transaction of what it tells of, never changed, never removed. Each row holds the digest of itself and of
-- the row before, sealed under the audit key of a hash key (docs/guides/audit.md).
CREATE TABLE oauthd_audit (
  seq INTEGER NOT NULL PRIMARY KEY, -- 1, 2, 3, … without a gap
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL, -- cli, serve, library, or http: and the name of the endpoint
  client_id TEXT,
  sub TEXT,
  authorization_id TEXT,
  jti TEXT,
  request_id TEXT, -- as X-Request-Id and the log have it
  detail TEXT, -- JSON object; nothing secret, nothing that somebody typed
  hash_key_id TEXT NOT NULL, -- may be dropped: the digest stays proven by a later row
  digest TEXT NOT NULL, -- SHA-256 of the digest before and of all that stands above
  mac TEXT NOT NULL -- HMAC of the digest
) STRICT;

-- Where that chain ends, in one row: moved by whoever adds to it, so that they come one after the other. Its
-- own seal says when rows were cut off the end.
CREATE TABLE oauthd_audit_head (
  name TEXT NOT NULL PRIMARY KEY, -- head
  seq INTEGER NOT NULL,
  digest TEXT NOT NULL,
  hash_key_id TEXT NOT NULL,
  mac TEXT NOT NULL
) STRICT, WITHOUT ROWID;
