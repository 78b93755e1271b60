-- A second connection of one's own knows no context.
-- rule: extension
-- server: PGlite has no dblink
CREATE EXTENSION dblink;
