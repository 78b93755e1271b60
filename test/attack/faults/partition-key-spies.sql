-- Where a row goes is asked of a function that sees every row.
-- rule: expression-function
CREATE FUNCTION public.spy(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN true; END $$;
CREATE TABLE tenant.events (account_id uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE, id uuid NOT NULL, body text) PARTITION BY LIST (public.spy(body)); ALTER TABLE tenant.events OWNER TO azora_owner;
