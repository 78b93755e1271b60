-- A condition that only compares.
CREATE TRIGGER again BEFORE UPDATE ON tenant.documents FOR EACH ROW WHEN (NEW.title <> '' AND lower(NEW.title) = OLD.title) EXECUTE FUNCTION suppress_redundant_updates_trigger();
