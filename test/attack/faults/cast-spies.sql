-- A text that is put into a column passes through a function on its way.
-- rule: expression-function
CREATE TYPE public.mood AS ENUM ('good', 'bad'); CREATE FUNCTION public.mood_of(value text) RETURNS public.mood LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('spy', value); RETURN 'good'; END $$;
CREATE CAST (text AS public.mood) WITH FUNCTION public.mood_of(text) AS ASSIGNMENT; ALTER TABLE tenant.documents ADD COLUMN mood public.mood;
