-- The vendor consents in its tenants' place.
-- rule: vendor-rights
GRANT INSERT ON control.support_grants TO azora_support;
