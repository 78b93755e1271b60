-- A login that nobody knows becomes the owner.
-- rule: administrators
CREATE ROLE fault_friend LOGIN; GRANT azora_owner TO fault_friend;
