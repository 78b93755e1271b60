-- Another name for a function that was taken from PUBLIC.
-- rule: function-language
CREATE FUNCTION public.read_object(oid) RETURNS bytea LANGUAGE internal AS 'be_lo_get';
