-- A view that reads no table.
CREATE VIEW public.today AS SELECT current_date AS day; GRANT SELECT ON public.today TO PUBLIC;
