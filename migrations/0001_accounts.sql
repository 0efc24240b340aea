-- People who can sign in, and the two profiles an account may have.
CREATE TABLE accounts (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text NOT NULL,               -- normalised: trimmed, lower case
    password_hash text NOT NULL,               -- argon2id, PHC string
    name          text NOT NULL,
    is_admin      boolean NOT NULL DEFAULT false,
    suspended_at  timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_email_key UNIQUE (email),
    CONSTRAINT accounts_email_check CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    CONSTRAINT accounts_name_check CHECK (length(name) BETWEEN 1 AND 80)
);
CREATE INDEX accounts_created_at_idx ON accounts (created_at DESC);

-- The mission's `Buyer`: every account but an admin's has one.
CREATE TABLE buyers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    CONSTRAINT buyers_account_id_key UNIQUE (account_id)
);

-- The mission's `Customer`: a seller's profile. People read "seller".
CREATE TABLE customers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts (id),
    shop_name  text NOT NULL,
    place      text NOT NULL DEFAULT '',
    about      text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT customers_account_id_key UNIQUE (account_id),
    CONSTRAINT customers_shop_name_check CHECK (length(shop_name) BETWEEN 1 AND 80),
    CONSTRAINT customers_place_check CHECK (length(place) <= 80),
    CONSTRAINT customers_about_check CHECK (length(about) <= 2000)
);
