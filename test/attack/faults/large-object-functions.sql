-- Tenants share a login, so they share large objects.
-- rule: shared-functions
GRANT EXECUTE ON FUNCTION lo_get(oid) TO PUBLIC;
