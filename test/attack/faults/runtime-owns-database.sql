-- The owner of the database gives rights on it.
-- rule: owns-nothing
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO azora_runtime', current_database()); END $$;
