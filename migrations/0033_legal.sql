-- Imprint, privacy, terms and rules, in every version there was, and who agreed to which.
CREATE TABLE legal_versions (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    page         text NOT NULL,
    version      integer NOT NULL,
    text         text NOT NULL,
    published_by bigint NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT legal_versions_pkey PRIMARY KEY (id),
    CONSTRAINT legal_versions_page_version_key UNIQUE (page, version),
    CONSTRAINT legal_versions_version_check CHECK (version > 0),
    CONSTRAINT legal_versions_text_check CHECK (length(text) <= 60000),
    CONSTRAINT legal_versions_published_by_fkey FOREIGN KEY (published_by) REFERENCES accounts (id)
);

CREATE TABLE legal_agreements (
    account_id bigint NOT NULL,
    page       text NOT NULL,
    version    integer NOT NULL,
    agreed_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT legal_agreements_pkey PRIMARY KEY (account_id, page, version),
    CONSTRAINT legal_agreements_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT legal_agreements_page_version_fkey FOREIGN KEY (page, version) REFERENCES legal_versions (page, version)
);

COMMENT ON COLUMN legal_versions.page IS 'imprint, privacy, terms or rules.';
COMMENT ON COLUMN legal_versions.text IS 'Markdown without HTML; an empty one takes the page away.';
