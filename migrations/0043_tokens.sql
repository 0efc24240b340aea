-- Apps and scripts that act for somebody (OAuth 2). A grant is a row of `sessions`: whatever ends sessions ends it. Tokens are
-- strings that open a grant, and only their SHA-256 is here.
CREATE TABLE oauth_clients (
    client_id      text NOT NULL,
    name           text NOT NULL,
    redirect_uris  text[] NOT NULL DEFAULT '{}',
    is_first_party boolean NOT NULL DEFAULT false,
    created_by     bigint,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT oauth_clients_pkey PRIMARY KEY (client_id),
    CONSTRAINT oauth_clients_client_id_check CHECK (client_id ~ '^[a-z0-9-]{1,60}$'),
    CONSTRAINT oauth_clients_name_check CHECK (char_length(name) BETWEEN 1 AND 60),
    CONSTRAINT oauth_clients_redirect_uris_check CHECK (cardinality(redirect_uris) <= 10),
    CONSTRAINT oauth_clients_created_by_fkey FOREIGN KEY (created_by) REFERENCES accounts (id)
);
COMMENT ON COLUMN oauth_clients.redirect_uris IS 'Of the first-party app none: they are a setting of the program.';
INSERT INTO oauth_clients (client_id, name, is_first_party) VALUES ('haggle-app', 'Haggle', true);

ALTER TABLE sessions
    ADD COLUMN kind         text NOT NULL DEFAULT 'browser',
    ADD COLUMN name         text NOT NULL DEFAULT '',
    ADD COLUMN client_id    text,
    ADD COLUMN scopes       text[] NOT NULL DEFAULT '{}',
    ADD COLUMN epoch        integer,
    ADD COLUMN last_used_at timestamptz,
    ADD CONSTRAINT sessions_kind_check CHECK (kind IN ('browser', 'app', 'personal')),
    ADD CONSTRAINT sessions_name_check CHECK (char_length(name) <= 60),
    ADD CONSTRAINT sessions_grant_check CHECK (kind = 'browser' OR (account_id IS NOT NULL AND epoch IS NOT NULL)),
    ADD CONSTRAINT sessions_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id) ON DELETE CASCADE;
CREATE INDEX sessions_client_id_idx ON sessions (client_id) WHERE client_id IS NOT NULL;
COMMENT ON COLUMN sessions.kind IS 'browser: a cookie opens it. app and personal are grants: only tokens do, and id_hash is of nothing.';
COMMENT ON COLUMN sessions.epoch IS 'Of a grant: accounts.session_epoch when it was made. A browser''s is in its data.';

CREATE TABLE access_tokens (
    token_hash      bytea NOT NULL,
    session_id_hash bytea NOT NULL,
    expires_at      timestamptz NOT NULL,
    CONSTRAINT access_tokens_pkey PRIMARY KEY (token_hash),
    CONSTRAINT access_tokens_session_id_hash_fkey FOREIGN KEY (session_id_hash) REFERENCES sessions (id_hash) ON DELETE CASCADE
);
CREATE INDEX access_tokens_session_id_hash_idx ON access_tokens (session_id_hash);
CREATE INDEX access_tokens_expires_at_idx ON access_tokens (expires_at);

-- One row for each app's grant, however often its token is rotated: what is of the family and isn't one of these was used before.
CREATE TABLE refresh_tokens (
    session_id_hash bytea NOT NULL,
    family_hash     bytea NOT NULL,
    current_hash    bytea NOT NULL,
    access_hash     bytea NOT NULL,
    previous_hash   bytea,
    salt            bytea,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (session_id_hash),
    CONSTRAINT refresh_tokens_family_hash_key UNIQUE (family_hash),
    CONSTRAINT refresh_tokens_session_id_hash_fkey FOREIGN KEY (session_id_hash) REFERENCES sessions (id_hash) ON DELETE CASCADE
);
COMMENT ON COLUMN refresh_tokens.access_hash IS 'The access token that was given with the current one.';
COMMENT ON COLUMN refresh_tokens.previous_hash IS 'The one before, until the current pair is used: an answer that was lost is given again.';
COMMENT ON COLUMN refresh_tokens.salt IS 'From it and the previous token the current pair was derived.';

CREATE TABLE oauth_codes (
    code_hash       bytea NOT NULL,
    client_id       text NOT NULL,
    session_id_hash bytea NOT NULL,
    redirect_uri    text NOT NULL,
    challenge       text NOT NULL,
    scopes          text[] NOT NULL,
    used_at         timestamptz,
    expires_at      timestamptz NOT NULL,
    CONSTRAINT oauth_codes_pkey PRIMARY KEY (code_hash),
    CONSTRAINT oauth_codes_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_clients (client_id) ON DELETE CASCADE,
    CONSTRAINT oauth_codes_session_id_hash_fkey FOREIGN KEY (session_id_hash) REFERENCES sessions (id_hash) ON DELETE CASCADE
);
CREATE INDEX oauth_codes_session_id_hash_idx ON oauth_codes (session_id_hash);
CREATE INDEX oauth_codes_client_id_idx ON oauth_codes (client_id);
CREATE INDEX oauth_codes_expires_at_idx ON oauth_codes (expires_at);
COMMENT ON COLUMN oauth_codes.session_id_hash IS 'The browser''s session that allowed it; once it is used, the grant that was made by it.';
