-- When a session's owner last proved who they are. A row is made by signing in, which is a proof; those that are open
-- already are asked.
ALTER TABLE sessions ADD COLUMN proved_at timestamptz;
ALTER TABLE sessions ALTER COLUMN proved_at SET DEFAULT now();
