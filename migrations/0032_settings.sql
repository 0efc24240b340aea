-- What whoever runs the place sets on its page (/admin/settings). What is null or empty is as HAGGLE_… says.
CREATE TABLE settings (
    only_row         boolean NOT NULL DEFAULT true,
    version          bigint NOT NULL DEFAULT 1,
    revision         bigint NOT NULL DEFAULT 1,
    name             text,
    tagline          text NOT NULL DEFAULT '',
    contact          text,
    banner           text NOT NULL DEFAULT '',
    country          text,
    time_zone        text,
    accent           text,
    logo_key         text,
    currencies       text[] NOT NULL DEFAULT '{}',
    default_currency text,
    registration     text NOT NULL DEFAULT 'open',
    reviews_first    boolean NOT NULL DEFAULT false,
    saved_by         bigint,
    saved_at         timestamptz,
    CONSTRAINT settings_pkey PRIMARY KEY (only_row),
    CONSTRAINT settings_only_row_check CHECK (only_row),
    CONSTRAINT settings_name_check CHECK (length(name) BETWEEN 1 AND 40),
    CONSTRAINT settings_tagline_check CHECK (length(tagline) <= 120),
    CONSTRAINT settings_contact_check CHECK (length(contact) <= 254),
    CONSTRAINT settings_banner_check CHECK (length(banner) <= 300),
    CONSTRAINT settings_country_check CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT settings_accent_check CHECK (accent ~ '^#[0-9a-f]{6}$'),
    CONSTRAINT settings_logo_key_check CHECK (logo_key ~ '^[0-9a-f]{32}$'),
    CONSTRAINT settings_saved_by_fkey FOREIGN KEY (saved_by) REFERENCES accounts (id)
);
INSERT INTO settings DEFAULT VALUES;

COMMENT ON TABLE settings IS 'One row.';
COMMENT ON COLUMN settings.version IS 'Optimistic concurrency of the form: it rises with each time that it is saved.';
COMMENT ON COLUMN settings.revision IS 'Rises with every change: by it each node sees that there is something new.';
COMMENT ON COLUMN settings.registration IS 'open, invitation or approval; what a newer version adds counts as approval.';
COMMENT ON COLUMN settings.reviews_first IS 'Whether the first product of a seller waits until an admin has approved it.';
COMMENT ON COLUMN settings.saved_at IS 'Null until the form was saved for the first time.';
