-- A rule writes through a view with its owner's rights.
-- rule: rewrite-rule
CREATE VIEW public.titles WITH (security_invoker = true) AS SELECT title FROM tenant.documents; CREATE RULE del AS ON DELETE TO public.titles DO INSTEAD DELETE FROM tenant.documents;
