-- A check that isn't there isn't made.
-- rule: guard-function
DROP FUNCTION guard.check_masks(regclass, text[]);
