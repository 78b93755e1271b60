-- Its code runs in the owners' migrations, with their rights.
-- rule: event-trigger
CREATE FUNCTION public.on_change() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.on_change();
