-- Row security is switched off: everybody reads everything.
-- rule: row-security
ALTER TABLE tenant.documents DISABLE ROW LEVEL SECURITY;
