-- The application switches off row security in the catalog.
-- rule: system-rights
GRANT UPDATE ON pg_catalog.pg_class TO azora_runtime;
