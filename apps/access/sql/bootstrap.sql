-- Roles, database, extensions and default rights of the platform. Run by psql as a superuser, any number of times:
--
--   POVERTY_APP_PASSWORD=… POVERTY_OWNER_PASSWORD=… POVERTY_PUBLIC_PASSWORD=… \
--       psql -v database=poverty -f apps/access/sql/bootstrap.sql postgres
--
-- poverty_owner owns the database and everything in it; migrations and re-coding connect as it.
-- poverty_app is the role of web, workers and commands: it owns nothing and row-level security holds for it.
-- poverty_public is the role of the public site: it reads what was published and the names of places, by grants that the
-- migrations write, and nothing else.

\set ON_ERROR_STOP on
\getenv app_password POVERTY_APP_PASSWORD
\getenv owner_password POVERTY_OWNER_PASSWORD
\getenv public_password POVERTY_PUBLIC_PASSWORD

SELECT format('CREATE ROLE %I', name) FROM (VALUES ('poverty_owner'), ('poverty_app'), ('poverty_public')) wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE poverty_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
ALTER ROLE poverty_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION PASSWORD :'app_password';
ALTER ROLE poverty_public LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION PASSWORD :'public_password';
-- Strangers ask: nothing is written, and no question takes long.
ALTER ROLE poverty_public SET default_transaction_read_only = on;
ALTER ROLE poverty_public SET statement_timeout = '5s';
ALTER ROLE poverty_public SET jit = off;
-- Statements carry what people wrote, and an error quotes the row: the server's log names the error and nothing else.
SELECT format('ALTER ROLE %I SET log_min_error_statement = panic', name),
       format('ALTER ROLE %I SET log_error_verbosity = terse', name)
FROM (VALUES ('poverty_owner'), ('poverty_app'), ('poverty_public')) ours (name) \gexec
-- Same plans everywhere: the embedded server is built without just-in-time compilation.
ALTER ROLE poverty_app SET jit = off;
ALTER ROLE poverty_owner SET jit = off;

-- Sorted by code point (fast, the same on every system), but with character classes that know Chinese: with a plain C
-- character type pg_trgm finds no trigram in Chinese text, and says nothing. template0 alone may be given another locale.
SELECT format('CREATE DATABASE %I OWNER poverty_owner TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C'' LC_CTYPE %L',
              :'database', CASE WHEN datctype IN ('C', 'POSIX') THEN 'C.UTF-8' ELSE datctype END)
FROM pg_database
WHERE datname = 'template0' AND NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

ALTER DATABASE :"database" OWNER TO poverty_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO poverty_app;
GRANT CONNECT ON DATABASE :"database" TO poverty_public;

\connect :"database"

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Under row-level security an index serves a condition only when its function is leakproof. LIKE is not marked so, but
-- raises no error and tells nothing about the rows it rejects; without this a search reads every row of the region.
ALTER FUNCTION pg_catalog.textlike (text, text) LEAKPROOF;
ALTER FUNCTION pg_catalog.texticlike (text, text) LEAKPROOF;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO poverty_owner;
GRANT USAGE ON SCHEMA public TO poverty_app, poverty_public;

-- Whatever the owner creates, the application may read and write row by row, but not truncate or alter.
ALTER DEFAULT PRIVILEGES FOR ROLE poverty_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO poverty_app;
ALTER DEFAULT PRIVILEGES FOR ROLE poverty_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO poverty_app;
ALTER DEFAULT PRIVILEGES FOR ROLE poverty_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE poverty_owner IN SCHEMA public
    GRANT EXECUTE ON FUNCTIONS TO poverty_app;
