-- The three schemas, the owner's, and who may look into them.

CREATE SCHEMA IF NOT EXISTS control AUTHORIZATION azora_owner;
CREATE SCHEMA IF NOT EXISTS tenant AUTHORIZATION azora_owner;
CREATE SCHEMA IF NOT EXISTS guard AUTHORIZATION azora_owner;
REVOKE ALL ON SCHEMA control, tenant, guard FROM PUBLIC;
GRANT USAGE ON SCHEMA control TO azora_runtime, azora_support, azora_registrar;
GRANT USAGE ON SCHEMA tenant, guard TO azora_runtime;

-- PostgreSQL lets everybody execute a new function. Not here.
ALTER DEFAULT PRIVILEGES FOR ROLE azora_owner, azora_registrar REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- The history of these migrations was there before the first of them; from here on it is the
-- owner's like everything else. Any login may see which migrations this database has, to say so
-- when one is missing. A shadow database keeps no history.
DO $$
BEGIN
  IF to_regclass('azora._prisma_migrations') IS NOT NULL THEN
    ALTER SCHEMA azora OWNER TO azora_owner;
    ALTER TABLE azora._prisma_migrations OWNER TO azora_owner;
    GRANT USAGE ON SCHEMA azora TO azora_runtime, azora_support;
    GRANT SELECT (migration_name, finished_at, rolled_back_at) ON azora._prisma_migrations TO azora_runtime, azora_support;
  END IF;
END
$$;
