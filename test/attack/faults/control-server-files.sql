-- A predefined role reads the server's files.
-- rule: role-reach
GRANT pg_read_server_files TO azora_vendor_admin;
