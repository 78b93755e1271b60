-- A role is taken from a user, who goes on holding what it gave.
-- rule: access-trigger
ALTER TABLE tenant.user_roles DISABLE TRIGGER access_renewed_delete;
