-- A membership that neither inherits nor may be set.
-- since: 16
CREATE ROLE fault_idle NOLOGIN; GRANT fault_idle TO azora_runtime WITH INHERIT FALSE, SET FALSE;
