-- An operator changes accounts past the functions that log it.
-- rule: vendor-rights
GRANT UPDATE ON control.accounts TO azora_support;
