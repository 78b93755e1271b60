-- One more operator.
CREATE ROLE fault_operator LOGIN; GRANT azora_support TO fault_operator;
