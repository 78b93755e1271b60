-- Ids of other tenants' rows can stand in a JSON column; nothing checks them.
-- rule: loose-references
ALTER TABLE tenant.documents ADD COLUMN reviewer_ids jsonb;
