-- A predefined role reads every table.
-- rule: role-reach
GRANT pg_read_all_data TO azora_support;
