-- Gaps between a tenant's numbers tell how much the others write.
-- rule: sequence-shared
ALTER TABLE tenant.batches ADD COLUMN running bigint GENERATED ALWAYS AS IDENTITY;
