-- The owner of a schema drops what is in it.
-- rule: owns-nothing
ALTER SCHEMA tenant OWNER TO azora_vendor_admin;
