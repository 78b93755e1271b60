-- Extensions that only compute.
-- server: PGlite has these as separate imports
CREATE EXTENSION pgcrypto; CREATE EXTENSION citext;
