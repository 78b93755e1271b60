-- The check of a column's type copies what is written.
-- rule: expression-function
CREATE TABLE public.notes (body text); CREATE FUNCTION public.noted(value text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.notes VALUES (value); RETURN true; END $$; CREATE DOMAIN public.noted_text AS text CHECK (public.noted(VALUE)); ALTER TABLE tenant.documents ADD COLUMN remark public.noted_text;
