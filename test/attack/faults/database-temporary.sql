-- Temporary tables get in the way of names and stay with a pooled session.
-- rule: database-rights
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO azora_runtime', current_database()); END $$;
