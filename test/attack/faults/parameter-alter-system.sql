-- An operator loads a library into every session.
-- rule: parameter-rights
GRANT ALTER SYSTEM ON PARAMETER session_preload_libraries TO azora_vendor_admin;
