-- A login that has nothing here.
CREATE ROLE fault_elsewhere LOGIN; CREATE SCHEMA fault_own AUTHORIZATION fault_elsewhere;
