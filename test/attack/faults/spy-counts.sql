-- A sequence that every trigger draws from tells how much the others write.
-- rule: trigger-not-understood
CREATE SEQUENCE public.writes; CREATE FUNCTION public.tick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.number := nextval('public.writes'); RETURN NEW; END $$; CREATE TRIGGER tick BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION public.tick();
