-- Rights by column instead of by table.
REVOKE UPDATE ON tenant.documents FROM azora_runtime; GRANT UPDATE (title, status, updated_at) ON tenant.documents TO azora_runtime;
