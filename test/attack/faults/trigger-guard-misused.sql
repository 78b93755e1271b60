-- A function of the guard's own makes an account of every row that a tenant writes.
-- rule: trigger-not-understood
CREATE TRIGGER reg BEFORE INSERT ON tenant.documents FOR EACH ROW EXECUTE FUNCTION guard.register_account('id');
