-- A permissive policy without an expression lets nothing through.
CREATE POLICY nothing ON tenant.documents FOR SELECT;
