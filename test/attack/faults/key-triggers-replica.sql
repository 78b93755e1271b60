-- The key's triggers fire for replication only.
-- rule: constraint-off
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'tenant.documents'::regclass AND tgisinternal LOOP
    EXECUTE format('ALTER TABLE tenant.documents ENABLE REPLICA TRIGGER %I', t.tgname);
  END LOOP;
END $$;
