-- Whether a node hears the others by NATS now. While one doesn't, the others tell it by the database.
ALTER TABLE nodes ADD COLUMN hears_nats boolean NOT NULL DEFAULT false;
