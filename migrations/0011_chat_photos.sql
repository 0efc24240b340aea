-- Pictures in conversations. An entry of the kind 'photo' has {"photo": {key, width, height, digest}}
-- as its payload; its body is the words under the picture, if there are any. An empty rooms.last_body is
-- such an entry without words.
ALTER TABLE messages
    DROP CONSTRAINT messages_body_check,
    ADD CONSTRAINT messages_body_check CHECK (length(body) <= 4000 AND (body <> '' OR kind = 'photo')),
    ADD CONSTRAINT messages_payload_check CHECK ((kind = 'photo') = coalesce(payload ? 'photo', false));
ALTER TABLE post_messages
    DROP CONSTRAINT post_messages_body_check,
    ADD CONSTRAINT post_messages_body_check CHECK (length(body) <= 4000 AND (body <> '' OR kind = 'photo')),
    ADD CONSTRAINT post_messages_payload_check CHECK ((kind = 'photo') = coalesce(payload ? 'photo', false));
