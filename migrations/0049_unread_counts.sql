-- What the top of a page counts, as one row of an account: read together with the session, in one statement.
CREATE VIEW unread_counts AS
SELECT a.id AS account_id,
       (coalesce((SELECT sum(seller_total - buyer_seen) FROM rooms WHERE buyer_id = b.id AND buyer_unread), 0)
        + coalesce((SELECT sum(buyer_total - seller_seen) FROM rooms WHERE seller_id = c.id AND seller_unread), 0))::bigint
           AS messages,
       (SELECT count(*) FROM (
            -- Nobody is shown more than "99+".
            SELECT FROM bell_notices WHERE account_id = a.id AND read_at IS NULL LIMIT 100) unread) AS notices
FROM accounts a
LEFT JOIN buyers b ON b.account_id = a.id
LEFT JOIN customers c ON c.account_id = a.id;
COMMENT ON VIEW unread_counts IS 'Of an account: messages that wait in its rooms, and notices, up to 100.';
