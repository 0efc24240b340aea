-- The demo marketplace's to-do list: pictures still to be composed. A row goes when its photo is there,
-- so that a start that was cut short is finished by the next.
CREATE TABLE demo_pictures (
    product_id bigint NOT NULL REFERENCES products (id),
    position   integer NOT NULL,
    file       text NOT NULL,                  -- in demo/photos/, without its ending
    PRIMARY KEY (product_id, position)
);
