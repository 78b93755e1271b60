-- A function in an index is called with every row that is written.
-- rule: expression-function
CREATE FUNCTION public.folded(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM set_config('app.last', value, false); RETURN lower(value); END $$; CREATE INDEX ON tenant.documents (account_id, public.folded(title));
