-- Columns, defaults and keys of extensions that only compute.
-- server: PGlite has these as separate imports
CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION btree_gist;
ALTER TABLE tenant.documents ADD COLUMN email public.citext, ADD COLUMN more public.hstore, ADD COLUMN other uuid DEFAULT public.uuid_generate_v4(), ADD CHECK (email OPERATOR(public.<>) '');
CREATE UNIQUE INDEX ON tenant.documents (account_id, email); CREATE INDEX ON tenant.documents USING gist (more);
