-- An application's own tables, which neither plane may touch.
CREATE SCHEMA reporting; CREATE TABLE reporting.jobs (id serial PRIMARY KEY, name text);
