-- Keys aren't inherited: a child's rows outlive their account.
-- rule: account-key
CREATE TABLE tenant.old_documents () INHERITS (tenant.documents); ALTER TABLE tenant.old_documents OWNER TO azora_owner;
