-- A restrictive policy of the application's own beside the bound one.
CREATE POLICY current_only ON tenant.documents AS RESTRICTIVE FOR SELECT USING (status <> 'obsolete');
