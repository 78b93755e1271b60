-- A comment in a comment hides where the outer one ends.
-- rule: trigger-not-understood
CREATE FUNCTION public.tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN /* /* */ ' */ PERFORM pg_notify('seen', 'it''s'); RETURN NEW; END $$; CREATE TRIGGER tell BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.tell();
