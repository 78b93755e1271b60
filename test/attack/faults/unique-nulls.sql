-- Only one tenant in all may leave the owner empty.
-- rule: key-across-accounts
ALTER TABLE tenant.corrective_actions ADD UNIQUE NULLS NOT DISTINCT (due_on, title);
