-- An operator makes schemas of his own.
-- rule: database-rights
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO azora_vendor_admin', current_database()); END $$;
