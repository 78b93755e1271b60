-- Everybody makes objects in schema public, in the way of names.
-- rule: schema-rights
GRANT CREATE ON SCHEMA public TO PUBLIC;
