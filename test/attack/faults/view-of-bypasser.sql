-- The view's owner is stopped by no policy.
-- rule: view-past-policies
CREATE ROLE fault_viewer NOLOGIN BYPASSRLS; GRANT SELECT ON tenant.documents TO fault_viewer; GRANT USAGE ON SCHEMA tenant TO fault_viewer;
CREATE VIEW public.shown AS SELECT * FROM tenant.documents; ALTER VIEW public.shown OWNER TO fault_viewer; GRANT SELECT ON public.shown TO azora_runtime;
