-- A plain role for serving: it owns nothing, reads and writes rows, and can change no table (L7).
--
-- Run by the role that owns the schema, in Haggle's database, after `haggle migrate`:
--
--     psql "$OWNER_URL" -f database-role.sql -c '\password haggle_serve'
--
-- `haggle serve` then gets haggle_serve in its DATABASE_URL. From now on the owner runs `haggle migrate` before a new
-- version is started; the start of a newer one says so otherwise. Running this again changes nothing.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'haggle_serve') THEN
        CREATE ROLE haggle_serve LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO haggle_serve;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO haggle_serve;
REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM haggle_serve;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO haggle_serve;

-- What the owner's next migrations make.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO haggle_serve;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO haggle_serve;
