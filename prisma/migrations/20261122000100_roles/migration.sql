-- What is no part of a database's contents, and so of no dump: roles, which belong to the whole cluster
-- and may already be there (another database, a shadow database), and the rights on the database as a
-- whole. `azora restore` runs this file before the dump. Logins get their passwords from `azora init`.

DO $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('azora_owner',        'NOLOGIN'),  -- owns every object; nobody logs in as it
    ('azora_runtime',      'LOGIN'),    -- the tenant plane
    ('azora_support',      'NOLOGIN'),  -- the control plane's hierarchy, lowest first
    ('azora_billing',      'NOLOGIN'),
    ('azora_vendor_admin', 'NOLOGIN'),
    ('azora_registrar',    'NOLOGIN')   -- makes the operators' logins, in functions that it owns
  ) AS roles(name, login)
  LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I %s NOCREATEDB NOCREATEROLE', wanted.name, wanted.login);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;

  -- Whoever installs must be able to make objects in the owner's name. A superuser can; a role
  -- that creates another one is from PostgreSQL 16 on its administrator but not yet its member.
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE 'GRANT azora_owner TO CURRENT_USER';
  END IF;
END
$$;

-- Each group may do what the one below it may.
GRANT azora_support TO azora_billing;
GRANT azora_billing TO azora_vendor_admin;

-- The registrar makes logins and puts them into these three groups; it is in none of them itself.
-- Before PostgreSQL 16 CREATEROLE is all that this takes. Nobody who acts is a member of it:
-- operators get at the four functions that it owns, see the migration `control_plane`.
DO $$
BEGIN
  IF NOT (SELECT rolcreaterole FROM pg_roles WHERE rolname = 'azora_registrar') THEN
    ALTER ROLE azora_registrar CREATEROLE;
  END IF;
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE 'GRANT azora_registrar TO CURRENT_USER';
  END IF;
  IF current_setting('server_version_num')::integer >= 160000 AND EXISTS (
    SELECT FROM unnest(ARRAY['azora_support', 'azora_billing', 'azora_vendor_admin']) g
    WHERE NOT pg_has_role('azora_registrar', g, 'MEMBER WITH ADMIN OPTION')
  ) THEN
    EXECUTE 'GRANT azora_support, azora_billing, azora_vendor_admin TO azora_registrar WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
  END IF;
END
$$;

-- Nobody is let into the database, and nobody makes temporary objects in it, unless named here.
-- An application that works in it already goes on: logins that own something in this database or
-- hold a right on something, themselves or by a role that they are in, get by name what they had
-- as everybody. A superuser needs nothing, and azora's own logins get no more than the line below.
DO $$
DECLARE
  kept record;
BEGIN
  FOR kept IN
    SELECT DISTINCT a.privilege_type AS privilege, r.rolname AS login
    FROM pg_database db, aclexplode(coalesce(db.datacl, acldefault('d', db.datdba))) a, pg_shdepend d, pg_roles r
    WHERE db.datname = current_database() AND a.grantee = 0
      AND d.refclassid = 'pg_authid'::regclass
      AND (d.dbid = db.oid OR d.classid = 'pg_database'::regclass AND d.objid = db.oid)
      AND r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, d.refobjid, 'MEMBER')
      AND r.rolname <> 'azora_runtime' AND NOT pg_has_role(r.oid, 'azora_support', 'MEMBER')
  LOOP
    EXECUTE format('GRANT %s ON DATABASE %I TO %I', kept.privilege, current_database(), kept.login);
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO azora_owner, azora_runtime, azora_support', current_database());
END
$$;

-- What all tenants share because they share a login: large objects, the text of running
-- statements, each other's sessions. Only a superuser can close these; where none installs,
-- `azora doctor` says what is open.
DO $$
DECLARE
  shared record;
BEGIN
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    FOR shared IN
      SELECT p.oid::regprocedure AS name FROM pg_proc p
      WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND (p.proname ~ '^lo_|^lo(read|write)$' OR p.proname IN ('pg_cancel_backend', 'pg_terminate_backend'))
    LOOP
      EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', shared.name);
    END LOOP;
    ALTER ROLE azora_runtime SET track_activities = off;
  END IF;
END
$$;

-- A purge empties whole tables, and then the triggers that ask row by row whether something still
-- refers to the row have nothing to say: guard.sweep() silences them for its one statement. Only
-- who may set this can let the owner; where nobody may, a purge is the plain cascade.
DO $$
BEGIN
  IF NOT has_parameter_privilege('azora_owner', 'session_replication_role', 'SET') THEN
    EXECUTE 'GRANT SET ON PARAMETER session_replication_role TO azora_owner';
  END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END
$$;
