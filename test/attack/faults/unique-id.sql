-- An id that another tenant has can be told by inserting it.
-- rule: key-across-accounts
ALTER TABLE tenant.documents ADD UNIQUE (id);
