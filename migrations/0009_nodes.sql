-- The programs that serve this database now. Nothing here outlives them, so none of it is logged.
CREATE UNLOGGED TABLE nodes (
    id      uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now() -- it says so every two seconds
);

-- Who has a socket open in a room, by node; written only while there are several nodes.
CREATE UNLOGGED TABLE presences (
    node_id   uuid NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    buyer_id  bigint NOT NULL,
    seller_id bigint NOT NULL,
    side      text NOT NULL,
    PRIMARY KEY (buyer_id, seller_id, side, node_id),
    CONSTRAINT presences_side_check CHECK (side IN ('buyer', 'seller'))
);
CREATE INDEX presences_node_id_idx ON presences (node_id);
