-- An event trigger that is switched off.
CREATE FUNCTION public.on_change() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.on_change(); ALTER EVENT TRIGGER watch DISABLE;
