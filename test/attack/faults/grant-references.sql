-- A foreign key of one's own tells which rows others have.
-- rule: tenant-rights
GRANT REFERENCES (id) ON tenant.documents TO azora_runtime;
