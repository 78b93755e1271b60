-- Whoever may make functions makes them in C.
-- rule: language
UPDATE pg_language SET lanpltrusted = true WHERE lanname = 'c';
