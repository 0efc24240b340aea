-- What somebody is told of besides the page they look at: one row for each thing, and three readers of it, the bell,
-- push and mail. A repeat updates the row.
CREATE TABLE notices (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    account_id  bigint NOT NULL,
    kind        text NOT NULL,
    subject     text NOT NULL,
    details     jsonb NOT NULL DEFAULT '{}',
    began_at    timestamptz NOT NULL,
    happened_at timestamptz NOT NULL,
    read_at     timestamptz,
    push_at     timestamptz,
    push_tries  integer NOT NULL DEFAULT 0,
    push_left   bigint[],
    pushed_at   timestamptz,
    mail_at     timestamptz,
    mailed_at   timestamptz,
    was_held    boolean NOT NULL DEFAULT false,
    CONSTRAINT notices_pkey PRIMARY KEY (id),
    CONSTRAINT notices_account_id_kind_subject_key UNIQUE (account_id, kind, subject),
    CONSTRAINT notices_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
CREATE INDEX notices_account_id_happened_at_idx ON notices (account_id, happened_at DESC, id DESC);
CREATE INDEX notices_unread_idx ON notices (account_id) WHERE read_at IS NULL;
CREATE INDEX notices_push_at_idx ON notices (push_at) WHERE push_at IS NOT NULL;
CREATE INDEX notices_mail_at_idx ON notices (mail_at) WHERE mail_at IS NOT NULL;
CREATE INDEX notices_happened_at_idx ON notices USING brin (happened_at);

COMMENT ON COLUMN notices.kind IS 'Whose words it has: the code of a notices::Kind.';
COMMENT ON COLUMN notices.subject IS 'What it is about, in the words of its kind: a room, a product.';
COMMENT ON COLUMN notices.began_at IS 'The first that hasn''t been read of what it tells.';
COMMENT ON COLUMN notices.happened_at IS 'The latest of what it tells.';
COMMENT ON COLUMN notices.push_at IS 'When push looks at it; while a node does, the end of its lease.';
COMMENT ON COLUMN notices.push_left IS 'Of a push that has to be tried again: the subscriptions that don''t have it yet.';
COMMENT ON COLUMN notices.pushed_at IS 'Since it was last read: when it was last pushed.';
COMMENT ON COLUMN notices.mail_at IS 'When mail looks at it.';
COMMENT ON COLUMN notices.mailed_at IS 'Since it was last read: when a letter told of it. There is no second one.';
COMMENT ON COLUMN notices.was_held IS 'Quiet hours have kept it back.';

-- Notices of messages are derived: a tail finds the rooms with something unread by their last minute, so that writing
-- a message writes nothing more than it did.
CREATE INDEX rooms_unread_last_minute_idx ON rooms (last_minute) WHERE buyer_unread OR seller_unread;
CREATE TABLE room_tail (
    is_only    boolean NOT NULL DEFAULT true,
    seen_until timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT room_tail_pkey PRIMARY KEY (is_only),
    CONSTRAINT room_tail_is_only_check CHECK (is_only)
);
INSERT INTO room_tail DEFAULT VALUES;
COMMENT ON TABLE room_tail IS 'One row: up to when rooms with something unread have become notices. Its lock says which node looks.';

-- How far an open, visible page has shown a room to each side, whether or not it counts as read: nobody is pushed
-- what they can see.
ALTER TABLE rooms
    ADD COLUMN buyer_shown_seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN seller_shown_seq bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN rooms.buyer_shown_seq IS 'The buyer''s visible page has shown the timeline up to here.';
COMMENT ON COLUMN rooms.seller_shown_seq IS 'The seller''s visible page has shown the timeline up to here.';
