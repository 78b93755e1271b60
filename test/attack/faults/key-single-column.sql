-- A row points at another tenant's row, learns that it exists, and goes when that tenant is purged.
-- rule: foreign-key-unpaired
ALTER TABLE tenant.users ADD CONSTRAINT users_id_key UNIQUE (id);
ALTER TABLE tenant.documents ADD CONSTRAINT documents_reviewer FOREIGN KEY (owner_id) REFERENCES tenant.users (id);
