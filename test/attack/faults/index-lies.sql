-- An index finds every account's rows as anybody's, and what an index says is not looked at again.
-- rule: index-operator-class
CREATE FUNCTION public.alike(uuid, uuid) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR CLASS public.alike FOR TYPE uuid USING btree AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 public.alike(uuid, uuid);
CREATE INDEX ON tenant.documents (account_id public.alike);
