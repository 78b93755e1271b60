-- A function has another tenant's context with it.
-- rule: settings
CREATE FUNCTION public.peek() RETURNS SETOF tenant.documents LANGUAGE sql SET azora.context = 'a token' AS 'SELECT * FROM tenant.documents';
