-- Every new session of the application starts inside a tenant.
-- rule: settings
ALTER ROLE azora_runtime SET azora.context = 'forged';
