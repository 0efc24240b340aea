-- What somebody has chosen about notices; without a row the kind says.
CREATE TABLE notice_choices (
    account_id bigint NOT NULL,
    kind       text NOT NULL,
    channel    text NOT NULL,
    is_on      boolean NOT NULL,
    CONSTRAINT notice_choices_pkey PRIMARY KEY (account_id, kind, channel),
    CONSTRAINT notice_choices_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT notice_choices_channel_check CHECK (channel IN ('bell', 'push', 'mail'))
);

CREATE TABLE notice_settings (
    account_id bigint NOT NULL,
    time_zone  text NOT NULL,
    quiet_from time,
    quiet_to   time,
    previews   boolean NOT NULL,
    CONSTRAINT notice_settings_pkey PRIMARY KEY (account_id),
    CONSTRAINT notice_settings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT notice_settings_quiet_check CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

COMMENT ON COLUMN notice_settings.time_zone IS 'An IANA name that this PostgreSQL knows; quiet hours are in it, so that they follow summer time.';
COMMENT ON COLUMN notice_settings.quiet_from IS 'Push and mail wait from this time of the day to quiet_to, which may be on the next day.';
COMMENT ON COLUMN notice_settings.previews IS 'Whether pushes and letters say who wrote what.';
