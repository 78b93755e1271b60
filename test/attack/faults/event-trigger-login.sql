-- Code runs in every session before it has said a word.
-- rule: event-trigger
-- since: 17
CREATE FUNCTION public.on_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('azora.context', '', false); END $$; CREATE EVENT TRIGGER arrival ON login EXECUTE FUNCTION public.on_login();
