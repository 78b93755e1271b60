-- GRANT ON ALL TABLES gives what nobody looked at.
-- rule: tenant-rights
GRANT ALL ON ALL TABLES IN SCHEMA tenant TO azora_vendor_admin;
