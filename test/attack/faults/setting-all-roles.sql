-- Every role of the cluster starts with a context.
-- rule: settings
ALTER ROLE ALL SET app.tenant = a;
