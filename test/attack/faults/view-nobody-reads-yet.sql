-- The next right on the view shows every tenant.
-- rule: view-past-policies
CREATE VIEW public.summary AS SELECT account_id, count(*) FROM tenant.documents GROUP BY 1;
