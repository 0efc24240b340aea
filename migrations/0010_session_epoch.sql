-- Raised whenever all of somebody's sessions end: a sign-in that was checked before carries the old
-- number, and is worth nothing.
ALTER TABLE accounts ADD COLUMN session_epoch integer NOT NULL DEFAULT 0;
