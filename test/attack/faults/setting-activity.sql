-- Statements of other tenants are on show in pg_stat_activity.
-- rule: activity-hidden
ALTER ROLE azora_runtime RESET track_activities;
