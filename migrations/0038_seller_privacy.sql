-- Sellers whose name is shown only to people who are signed in.
ALTER TABLE customers ADD COLUMN hides_from_visitors boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN customers.hides_from_visitors IS 'For visitors there is no such profile, and products are somebody''s.';
