-- What the admin's dashboard counts by day. Entries are written in the order of their time, which a
-- BRIN index knows for next to nothing, so writing a message stays as quick as it was.
CREATE INDEX messages_sent_at_idx ON messages USING brin (sent_at);
CREATE INDEX post_messages_sent_at_idx ON post_messages USING brin (sent_at);

-- An admin's list has every product, whatever its state.
CREATE INDEX products_created_at_idx ON products (created_at DESC, id DESC);
