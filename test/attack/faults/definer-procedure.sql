-- A procedure of the owner's signs contexts for operators.
-- rule: definer-function
CREATE PROCEDURE public.become(account uuid) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$ SELECT guard.enter(account, 'x') $$; ALTER PROCEDURE public.become(uuid) OWNER TO azora_owner; GRANT EXECUTE ON PROCEDURE public.become(uuid) TO azora_support;
