-- Gaps between a tenant's numbers tell how much the others write.
-- rule: sequence-shared
ALTER TABLE tenant.documents ADD COLUMN running bigserial;
