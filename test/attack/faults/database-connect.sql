-- Every login of the cluster connects.
-- rule: database-rights
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO PUBLIC', current_database()); END $$;
