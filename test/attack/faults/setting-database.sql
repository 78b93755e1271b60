-- Every session of the database starts with a context.
-- rule: settings
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.tenant = a', current_database()); END $$;
