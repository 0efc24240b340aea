-- Whether a room has spoken of a product: asked while rooms are locked, so by index whatever the room's length.
CREATE INDEX messages_started_product_id_room_id_idx ON messages (product_id, room_id) WHERE starts_product;
CREATE INDEX post_messages_started_product_id_room_id_idx ON post_messages (product_id, room_id) WHERE starts_product;
DROP INDEX messages_started_product_id_idx;
