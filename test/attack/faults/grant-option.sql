-- The application hands its right on to whom it likes.
-- rule: tenant-rights
GRANT SELECT ON tenant.documents TO azora_runtime WITH GRANT OPTION;
