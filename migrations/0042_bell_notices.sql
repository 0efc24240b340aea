-- What the bell counts and lists: a person's notices without the kinds whose bell they have switched off.
CREATE VIEW bell_notices AS
SELECT id, account_id, kind, subject, details, happened_at, read_at
FROM notices n
WHERE NOT EXISTS (
    SELECT FROM notice_choices c
    WHERE c.account_id = n.account_id AND c.kind = n.kind AND c.channel = 'bell' AND NOT c.is_on
);

COMMENT ON VIEW bell_notices IS 'Notices whose bell isn''t switched off: what the counter and the page of notices have.';
