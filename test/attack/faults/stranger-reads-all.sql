-- A login that nobody knows reads every table.
-- rule: administrators
CREATE ROLE fault_reader LOGIN; GRANT pg_read_all_data TO fault_reader;
