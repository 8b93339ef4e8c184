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

-- Small facts of the installation, one row a name: `issuer` (recorded by serve, so that the command
-- line can name it), `ready_at` (the row that /readyz writes).
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
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A signing key: made by serve when the database has none, pending -> active -> retiring -> gone.
-- The public half is what GET /oauth/jwks publishes; the private half rests sealed.
CREATE TABLE oauth_signing_key (
  kid TEXT NOT NULL PRIMARY KEY, -- RFC 7638 thumbprint
  alg TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'retiring')),
  public_jwk TEXT NOT NULL,
  sealed TEXT NOT NULL, -- the private JWK in a compact JWE
  created_at INTEGER NOT NULL,
  activates_at INTEGER NOT NULL,
  retires_at INTEGER -- set when it begins to retire: the last exp it signed
) STRICT, WITHOUT ROWID;

-- At most one active key an algorithm: two servers that start together agree on one.
CREATE UNIQUE INDEX oauth_signing_key_active ON oauth_signing_key (alg) WHERE state = 'active';

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

-- A client (RFC 7591): registered by command line or library, changed in place, revoked by setting
-- revoked_at. A revoked client is kept: its tokens name it, and it must not come back by accident.
CREATE TABLE oauth_client (
  client_id TEXT NOT NULL PRIMARY KEY, -- cl_…, or chosen with --id
  client_name TEXT NOT NULL,
  redirect_uris TEXT NOT NULL, -- JSON list
  grant_types TEXT NOT NULL, -- JSON list
  scope TEXT NOT NULL, -- space-separated, in the order registered; may be empty
  token_endpoint_auth_method TEXT CHECK (token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post', 'none')), -- NULL: never named, basic and post are both taken
  first_party INTEGER NOT NULL CHECK (first_party IN (0, 1)),
  owner TEXT, -- TYPE:ID, the app's own words
  introspect TEXT NOT NULL CHECK (introspect IN ('own', 'any')), -- what it may ask POST /oauth/introspect about
  resource TEXT NOT NULL, -- JSON list: the resources it serves (RFC 8707)
  access_token_ttl INTEGER, -- seconds; NULL: the server's
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
  token_hash TEXT NOT NULL, -- base64url
  hash_key_id TEXT NOT NULL,
  client_id TEXT NOT NULL,
  sub TEXT NOT NULL, -- the client_id itself for client_credentials (RFC 9068 section 2.2)
  grant_type TEXT NOT NULL,
  scope TEXT NOT NULL, -- may be empty
  aud TEXT, -- JSON list of resources; NULL: the issuer
  iat INTEGER NOT NULL,
  exp INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- db:prune goes by exp, which is nearly time-ordered.
CREATE INDEX oauth_access_token_exp ON oauth_access_token (exp);
