-- Ids of other tenants' rows can stand in an array; nothing checks them.
-- rule: loose-references
ALTER TABLE tenant.documents ADD COLUMN related_ids uuid[];
