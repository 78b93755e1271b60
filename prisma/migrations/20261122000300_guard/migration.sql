-- The guard: who is asking and for which tenant, what makes a tenant table, what is logged.
-- Only the owner reads its tables; a tenant's login may execute the functions granted below.

SET ROLE azora_owner;

-- Keys that sign contexts. The two pads are the key XORed with HMAC's constants (RFC 2104),
-- made once by whoever adds the key, so that a check is two SHA-256 and no key is stored plain.
-- Several are good at a time while one takes the place of another; from its end on none is.
CREATE TABLE guard.context_keys (
  id         text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{1,32}$'),
  inner_pad  bytea NOT NULL CHECK (length(inner_pad) = 64),
  outer_pad  bytea NOT NULL CHECK (length(outer_pad) = 64),
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz NOT NULL DEFAULT 'infinity'
);

-- Tables that guard.protect() made tenant tables, with the column that holds the account.
CREATE TABLE guard.protected_tables (
  table_id       regclass PRIMARY KEY,
  account_column name NOT NULL,
  append_only    boolean NOT NULL
);

-- Columns whose values no audit log takes down: see guard.mask().
CREATE TABLE guard.masked_columns (
  table_id    regclass,
  column_name name,
  PRIMARY KEY (table_id, column_name)
);

-- What each user of an account may do, by the name that contexts have for it (`user:<id>`): all that its
-- roles hold, so that a statement finds it by one key. Kept by guard.renew_actors(); no role, no row.
CREATE TABLE guard.actors (
  account_id  uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE,
  actor       text COLLATE "C" NOT NULL,
  enabled     boolean NOT NULL,
  permissions text[] NOT NULL,
  PRIMARY KEY (account_id, actor)
);

-- How often who may do what has changed. Whoever changes it writes here first: two changes in one
-- account wait for each other, in any isolation level, and in no other account anybody waits.
CREATE TABLE guard.access_changes (
  account_id uuid PRIMARY KEY REFERENCES control.accounts (id) ON DELETE CASCADE,
  changes    bigint NOT NULL DEFAULT 1
);

-- The roles that every account begins with, and keeps.
CREATE TABLE guard.default_roles (
  name        text PRIMARY KEY,
  description text NOT NULL,
  permissions text[] NOT NULL
);
INSERT INTO guard.default_roles VALUES
  ('owner',  'Everything, who else is an owner included', '{*:*}'),
  ('admin',  'People, roles and everything they work on', '{*:create,*:read,*:update,*:delete,users:*,access:*,audit:read}'),
  ('member', 'Works on the records', '{*:create,*:read,*:update,users:read}'),
  ('viewer', 'Reads the records', '{*:read,users:read}');

-- Accounts that the database itself has opened, whatever their status: to delete one, to count its
-- rows, to make its first ones. Rows live only inside the transaction that does it.
CREATE TABLE guard.purges (
  account_id     uuid PRIMARY KEY,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  last_audit     jsonb,
  -- Hash of the last checkpoint of its log.
  last_checkpoint text,
  approved_by    jsonb,
  -- What whoever purges says: the tool's version, and what became of the outside stores.
  tool_version   text,
  outside_stores jsonb,
  -- Only while guard.sweep() deletes.
  sweeping       boolean NOT NULL DEFAULT false,
  -- Only while the rows of an archive come in.
  importing      boolean NOT NULL DEFAULT false,
  -- Only while what is sealed, exported and old goes out of a log; the nil UUID is the control plane's own.
  retaining      boolean NOT NULL DEFAULT false
);

-- Exports that were finished, by the SHA-256 of their signed manifest, with what each had seen: a purge may have to
-- wait for one. They go with the account, when its receipt has named the last.
CREATE TABLE guard.exports (
  account_id  uuid NOT NULL,
  manifest    text NOT NULL CHECK (manifest ~ '^[0-9a-f]{64}$'),
  snapshot    pg_snapshot NOT NULL,
  rows        bigint NOT NULL CHECK (rows >= 0),
  actor       text NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (account_id, manifest)
);

CREATE TABLE guard.purge_counts (
  account_id uuid NOT NULL,
  table_id   regclass NOT NULL,
  rows       bigint NOT NULL
);

-- What a checkpoint is going to say, between the reading of the rows and the signature. Rows live only
-- inside the transaction that does both. The nil UUID is the control plane's own log.
CREATE TABLE guard.seals (
  log                uuid PRIMARY KEY,
  transaction_id     xid8 NOT NULL DEFAULT pg_current_xact_id(),
  sequence           bigint NOT NULL,
  last_id            text NOT NULL,
  rows               integer NOT NULL,
  total              bigint NOT NULL,
  transactions_below bigint NOT NULL,
  transactions_begun bigint NOT NULL,
  sealed_at          timestamptz NOT NULL,
  leaves             bytea NOT NULL,
  payload            text NOT NULL,
  hash               text NOT NULL
);

-- What an operator whom a tenant lets in is about to read: asked for, then found, then read, each in a transaction
-- that was committed before the next, so that no rollback takes a line of the logs back. Rows live for a minute.
CREATE TABLE guard.support_reads (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL REFERENCES control.accounts (id) ON DELETE CASCADE,
  grant_id   uuid NOT NULL REFERENCES control.support_grants (id) ON DELETE CASCADE,
  operator   text NOT NULL DEFAULT session_user,
  table_id   regclass NOT NULL,
  conditions jsonb NOT NULL,
  after_key  jsonb,
  row_limit  integer NOT NULL,
  asked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  asked_in   xid8 NOT NULL DEFAULT pg_current_xact_id(),
  keys       jsonb,
  found_in   xid8
);
CREATE INDEX ON guard.support_reads (account_id);
CREATE INDEX ON guard.support_reads (grant_id);

-- Whole exports of a log that somebody took to their end, each from the log's beginning or from where an earlier one
-- of these had ended: together they hold all rows of all checkpoints up to the one that the last had seen. The nil UUID is the control plane's own log.
CREATE TABLE guard.audit_exports (
  log         uuid NOT NULL,
  -- The snapshot that it began behind, and the one that it was made of; as texts, since snapshots can't be compared.
  after       text,
  cursor      text NOT NULL,
  -- Number of the last checkpoint that was there.
  checkpoint  bigint NOT NULL,
  rows        bigint NOT NULL CHECK (rows >= 0),
  sha256      text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  actor       text NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (log, cursor, sha256)
);

-- What a retention is going to say and to remove, until it is signed. Rows live only inside the transaction that does it.
CREATE TABLE guard.retentions (
  log            uuid PRIMARY KEY,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  sequence       bigint NOT NULL,
  -- The first and the last checkpoint of what goes.
  first          bigint NOT NULL,
  through        bigint NOT NULL,
  rows           bigint NOT NULL,
  retained_at    timestamptz NOT NULL,
  payload        text NOT NULL,
  hash           text NOT NULL
);

REVOKE ALL ON ALL TABLES IN SCHEMA guard FROM PUBLIC;

-- Time-ordered UUID, version 7 (RFC 9562), with the fraction of the millisecond in the 12 bits
-- after the version (its method 3): rows of one tenant lie together in their index and in the
-- order they were made, as far as the clock can tell (microseconds; milliseconds on the
-- embedded engine). Unlike a sequence it tells nobody how much the others write.
--
-- One expression that takes the time once, so that PostgreSQL puts it in the place of the
-- call: 1 us a row instead of 11. Microseconds * 512 / 125 are milliseconds in 48 bits and
-- their fraction in 12; between the two goes the 7.
CREATE FUNCTION guard.uuid7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
  SELECT (overlay(
    pg_catalog.substr(pg_catalog.encode(pg_catalog.int8send((extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::bigint * 512 / 125), 'hex'), 2)
    PLACING '7' FROM 13 FOR 0)
    || pg_catalog.substr(pg_catalog.encode(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()), 'hex'), 17))::uuid
$$;

-- The tenant tables that there are: a migration may have dropped one that was protected.
CREATE FUNCTION guard.tenant_tables() RETURNS TABLE (table_id regclass, account_column name)
LANGUAGE sql STABLE
AS $$
  SELECT p.table_id, p.account_column FROM guard.protected_tables p JOIN pg_catalog.pg_class c ON c.oid = p.table_id
$$;

-- HMAC-SHA-256 of a context, in hex. NULL when the key is unknown or retired.
CREATE FUNCTION guard.sign(key_id text, message text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT pg_catalog.encode(
    pg_catalog.sha256(k.outer_pad || pg_catalog.sha256(k.inner_pad || pg_catalog.convert_to('azora.context.' || message, 'UTF8'))),
    'hex')
  FROM guard.context_keys k
  WHERE k.id = key_id AND k.retired_at > pg_catalog.statement_timestamp()
$$;

-- The account of the context, the only thing that policies ask. Reads the one setting
-- `azora.context`: `<hmac>.<key id>.<expiry, epoch seconds>.<account>.<actor>`. NULL without
-- a context; an error for one that is forged, expired, or of an account that may not work.
-- Suspension is decided here and nowhere else. Expiry is held against the start of the
-- transaction: a long one does not lose its context half way.
--
-- It runs once for each statement. PL/pgSQL makes every expression ready anew in each
-- transaction, so a good context meets few of them; what is wrong with a bad one,
-- refuse_context() finds out. Two look-ups by key cost less than their join, and a function
-- in SQL would be parsed again each time that a statement is planned.
CREATE FUNCTION guard.current_account() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog
COST 1000
AS $$
DECLARE
  token     constant text := current_setting('azora.context', true);
  inner_pad bytea;
  outer_pad bytea;
  account   uuid;
  status    control.account_status;
BEGIN
  IF token IS NULL OR token = '' THEN
    RETURN NULL;
  END IF;
  SELECT k.inner_pad, k.outer_pad INTO inner_pad, outer_pad
  FROM guard.context_keys k WHERE k.id = split_part(token, '.', 2) AND k.retired_at > statement_timestamp();
  -- HMAC-SHA-256 (RFC 2104), as guard.sign() makes it. What isn't signed is not even read as an account.
  account := CASE
    WHEN left(token, 65) = encode(sha256(outer_pad || sha256(inner_pad || convert_to('azora.context.' || substr(token, 66), 'UTF8'))), 'hex') || '.'
    THEN split_part(token, '.', 4)::uuid
  END;
  SELECT a.status INTO status FROM control.accounts a WHERE a.id = account;
  IF FOUND AND status = 'active' AND to_timestamp(split_part(token, '.', 3)::double precision) > transaction_timestamp() THEN
    RETURN account;
  END IF;
  RETURN guard.refuse_context(token);
END
$$;

-- All that the context says, for whoever logs: nothing without one.
CREATE FUNCTION guard.read_context(OUT account_id uuid, OUT actor text, OUT read_only boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog
COST 1000
AS $$
BEGIN
  account_id := guard.current_account();
  IF account_id IS NOT NULL THEN
    actor := array_to_string((string_to_array(current_setting('azora.context'), '.'))[5:], '.');
    read_only := EXISTS (SELECT FROM control.accounts a WHERE a.id = account_id AND a.status <> 'active');
  END IF;
END
$$;

-- Why a context isn't good. Returns the account where the answer is: to read, but not to write.
CREATE FUNCTION guard.refuse_context(token text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  message constant text := substr(token, 66);
  parts   constant text[] := string_to_array(message, '.');
  account record;
BEGIN
  IF token IS DISTINCT FROM guard.sign(parts[1], message) || '.' || message THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ001', MESSAGE = 'The tenant context is not signed by a key of this database.';
  END IF;
  IF to_timestamp(parts[2]::double precision) <= transaction_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ002', MESSAGE = 'The tenant context has expired.';
  END IF;
  IF EXISTS (SELECT FROM guard.purges p WHERE p.account_id = parts[3]::uuid AND p.transaction_id = pg_current_xact_id_if_assigned()) THEN
    RETURN parts[3]::uuid; -- the database itself: a purge that proves that nothing is left
  END IF;
  SELECT a.status, a.suspension INTO account FROM control.accounts a WHERE a.id = parts[3]::uuid;
  IF account.status IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ005', MESSAGE = 'This account does not exist any more.';
  ELSIF account.status = 'provisioning' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ014', MESSAGE = 'This account is still being made.';
  ELSIF account.suspension IS DISTINCT FROM 'read_only' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ003', MESSAGE = 'This account is suspended.';
  END IF;
  RETURN parts[3]::uuid;
END
$$;

-- The account that the context names, unchecked. Enough for one purpose: rows of a log that
-- only guard's own functions can insert, which have checked the context just before.
CREATE FUNCTION guard.claimed_account() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT split_part(NULLIF(pg_catalog.current_setting('azora.context', true), ''), '.', 4)::uuid $$;

-- Sets the context for this transaction, and nothing else, where set_config() isn't granted.
CREATE FUNCTION guard.set_context(token text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM set_config('azora.context', token, true);
END
$$;

-- A context in the database's own name, for what it does itself inside one tenant. Never granted.
CREATE FUNCTION guard.enter(account uuid, actor text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  key_id  text;
  message text;
BEGIN
  SELECT k.id INTO key_id FROM guard.context_keys k WHERE k.retired_at > statement_timestamp() ORDER BY k.created_at DESC LIMIT 1;
  IF key_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = 'This database has no context key.', HINT = 'Run `azora init`.';
  END IF;
  message := concat_ws('.', key_id, (extract(epoch FROM transaction_timestamp())::bigint + 60), account, actor);
  PERFORM set_config('azora.context', guard.sign(key_id, message) || '.' || message, true);
END
$$;

CREATE FUNCTION guard.leave() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM set_config('azora.context', '', true);
END
$$;

CREATE FUNCTION guard.require_administrator() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT pg_has_role(session_user, 'azora_owner', 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'Nothing is written without a tenant context.';
  END IF;
END
$$;

-- A masked column that was renamed would be logged with its values: nothing is written until that is mended.
CREATE FUNCTION guard.check_masks(target regclass, masked text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
BEGIN
  IF EXISTS (SELECT FROM unnest(masked) m WHERE NOT EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = m AND NOT a.attisdropped)) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('A masked column of %s was renamed or dropped.', target),
      HINT = 'Take its line out of guard.masked_columns, mask the column by its new name, and run guard.protect() again.';
  END IF;
END
$$;

-- Permissions ------------------------------------------------------------------------------

-- What permissions call a table: its name, with its schema unless that is `tenant`. Who may do what,
-- and what was done, have names of their own, whatever tables they are kept in.
CREATE FUNCTION guard.resource(target regclass) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT CASE
    WHEN n.nspname <> 'tenant' THEN n.nspname || '.' || c.relname
    WHEN c.relname IN ('roles', 'role_permissions', 'user_roles') THEN 'access'
    WHEN c.relname = 'audit_log' THEN 'audit'
    ELSE c.relname::text END
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target
$$;

-- The permission that a command on a table takes. Whoever changes one of the tables of access decides
-- about all of it, so that is one permission.
CREATE FUNCTION guard.needed(target regclass, action text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT r || ':' || CASE WHEN r = 'access' AND action <> 'read' THEN 'manage' ELSE action END FROM guard.resource(target) r
$$;

-- All permissions that tables take, and those to let the vendor's support in, for whoever shows or checks what roles hold. An application may have
-- more of its own, such as `documents:approve`, and ask guard.permits() for them.
CREATE FUNCTION guard.permissions() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT guard.needed(p.table_id, a.action)
  FROM guard.protected_tables p JOIN pg_class c ON c.oid = p.table_id
  CROSS JOIN (VALUES ('create'), ('read'), ('update'), ('delete')) a(action)
  WHERE a.action = 'read' OR NOT p.append_only
  UNION VALUES ('support:read'), ('support:manage')
  ORDER BY 1
$$;

-- The permissions that include one. `*` for a resource stands for the tables that are worked on: people,
-- access, audit and support have to be named, unless it is everything.
CREATE FUNCTION guard.including(permission text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT ARRAY[permission, pg_catalog.split_part(permission, ':', 1) || ':*', '*:*',
    CASE WHEN pg_catalog.split_part(permission, ':', 1) NOT IN ('users', 'access', 'audit', 'support')
      THEN '*:' || pg_catalog.split_part(permission, ':', 2) END]
$$;

-- Whether the actor of the context holds a permission. Users of the account hold what their roles hold; any
-- other actor is the application itself. Without a context there is nobody to ask about, and row
-- security shows nothing.
--
-- The signature is checked here again: a statement could change its own context between two questions. As in
-- current_account() a good context meets few expressions.
CREATE FUNCTION guard.holds(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog
COST 1000
AS $$
DECLARE
  token     constant text := current_setting('azora.context', true);
  inner_pad bytea;
  outer_pad bytea;
  is_good   boolean;
BEGIN
  SELECT k.inner_pad, k.outer_pad INTO inner_pad, outer_pad
  FROM guard.context_keys k WHERE k.id = split_part(token, '.', 2) AND k.retired_at > statement_timestamp();
  IF left(token, 65) = encode(sha256(outer_pad || sha256(inner_pad || convert_to('azora.context.' || substr(token, 66), 'UTF8'))), 'hex') || '.' THEN
    is_good := to_timestamp(split_part(token, '.', 3)::double precision) > transaction_timestamp();
  END IF;
  -- No context, or an error that says what is wrong with it.
  IF is_good IS NOT TRUE AND guard.current_account() IS NULL THEN
    RETURN true;
  END IF;
  RETURN split_part(token, '.', 5) NOT LIKE 'user:%' OR EXISTS (SELECT FROM guard.actors a
    WHERE a.account_id = split_part(token, '.', 4)::uuid AND a.actor = substr(token, strpos(token, '.user:') + 1)
      AND a.enabled AND a.permissions && guard.including(holds.permission));
END
$$;

-- The same as true, or an error that says what is missing.
CREATE FUNCTION guard.permits(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF guard.holds(permission) THEN
    RETURN true;
  END IF;
  RETURN guard.refuse_permission(permission);
END
$$;

-- An error for the first of some tables that the actor may not read, so that nobody takes rows that are
-- held back for rows that aren't there. Names that aren't a tenant table's are passed over.
CREATE FUNCTION guard.check_reads(tables text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM guard.permits(guard.needed(p.table_id, 'read')) FROM guard.protected_tables p
  WHERE p.table_id IN (SELECT to_regclass(t) FROM unnest(tables) t);
END
$$;

-- The user of the account who acts, as the context names it; NULL for anybody else.
CREATE FUNCTION guard.acting_user() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  context constant record := guard.read_context();
BEGIN
  RETURN CASE WHEN context.actor LIKE 'user:%' THEN context.actor END;
END
$$;

-- Why not.
CREATE FUNCTION guard.refuse_permission(permission text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  who   constant text := guard.acting_user();
  known guard.actors;
BEGIN
  SELECT * INTO known FROM guard.actors a WHERE a.account_id = guard.current_account() AND a.actor = who;
  RAISE EXCEPTION USING ERRCODE = 'AZ020', MESSAGE = format('%s: "%s" %s.', CASE
    WHEN known.enabled THEN 'This needs a permission' ELSE 'Nothing is permitted' END, who, CASE
    WHEN known.actor IS NULL THEN 'is no user of this account, or has no role'
    WHEN NOT known.enabled THEN 'is disabled'
    ELSE format('does not hold %s', permission) END);
END
$$;

-- Before a write: the permission for it, once a statement, whether it finds a row or not.
CREATE FUNCTION guard.check_write() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NOT guard.holds(TG_ARGV[0]) THEN
    PERFORM guard.permits(TG_ARGV[0]);
  END IF;
  RETURN NULL;
END
$$;

-- After a cascade, whoever began it: rows that go along with the row they belong to are deleted too. It
-- looks into every table that might have some; where no row went, nobody did anything.
CREATE FUNCTION guard.check_cascade() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  IF EXISTS (SELECT FROM old_rows) THEN
    PERFORM guard.permits(TG_ARGV[0]);
  END IF;
  RETURN NULL;
END
$$;

-- Reading is narrowed by a restrictive policy beside the one that isolates, so that it never opens; the
-- subselect asks once a statement. It holds rows back and raises no error: row security is asked when a
-- row is met, so an error would tell that there is one, and with an index that doesn't begin with the
-- account even another tenant's. Writing is refused by triggers, which fire whatever is there.
--
-- What the guard reads itself, as the owner, is nobody's permission. A view doesn't change who asks.
CREATE FUNCTION guard.authorize(target regclass, append_only boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item record;
BEGIN
  EXECUTE format('DROP POLICY IF EXISTS permission_read ON %s', target);
  EXECUTE format('CREATE POLICY permission_read ON %s AS RESTRICTIVE FOR SELECT USING ((SELECT current_user = ''azora_owner'' OR guard.holds(%L) AS permitted))',
    target, guard.needed(target, 'read'));
  FOR item IN
    SELECT 'permission_' || c.name AS name, c.definition, guard.needed(target, c.action) AS permission
    FROM (VALUES
      ('create', 'create', 'BEFORE INSERT ON %s EXECUTE FUNCTION guard.check_write(%L)'),
      ('update', 'update', 'BEFORE UPDATE ON %s EXECUTE FUNCTION guard.check_write(%L)'),
      ('delete', 'delete', 'BEFORE DELETE ON %s WHEN (current_user <> ''azora_owner'') EXECUTE FUNCTION guard.check_write(%L)'),
      -- A referential action runs as the table''s owner.
      ('cascade', 'delete', 'AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows WHEN (current_user = ''azora_owner'') EXECUTE FUNCTION guard.check_cascade(%L)')
    ) AS c(name, action, definition)
    WHERE NOT append_only
  LOOP
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', item.name, target);
    EXECUTE format('CREATE TRIGGER %I ' || item.definition, item.name, target, item.permission);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, item.name);
  END LOOP;
END
$$;

-- Logs ---------------------------------------------------------------------------------------

-- After each statement on a tenant table: one audit row for each row it wrote, set-wise.
-- Without a context only the database's own administrator and the cascade of a deleted
-- account may write. The first is logged under the login's name; the second is counted.
-- A statement that drops its own context on the way (set_config in a CTE) is refused.
-- Its arguments are made by guard.attach(). Rows are read as JSON, because every table has other
-- columns and SQL that is made anew for each statement costs more than the logging itself.
CREATE FUNCTION guard.audit_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
-- What a session sets must not change how its values are written down: a float's last digits, say.
SET timezone = 'UTC' SET extra_float_digits = 1 SET intervalstyle = 'iso_8601' SET bytea_output = 'hex'
AS $$
DECLARE
  append_only    constant boolean := TG_ARGV[0]::boolean;
  account_column constant text := TG_ARGV[1];
  key_columns    constant text[] := TG_ARGV[2]::text[];
  masked         constant text[] := TG_ARGV[3]::text[];
  subject        constant text := CASE WHEN TG_TABLE_SCHEMA = 'tenant' THEN quote_ident(TG_TABLE_NAME) ELSE TG_RELID::regclass::text END;
  context record;
  touched record;
  account uuid;
  -- The accounts whose rows to log: the context's, or without one those that were touched.
  accounts uuid[] := '{}';
  has_context boolean;
BEGIN
  IF masked <> '{}' THEN
    PERFORM guard.check_masks(TG_RELID, masked);
  END IF;
  SELECT * INTO context FROM guard.read_context();
  has_context := context.account_id IS NOT NULL;
  IF has_context THEN
    IF context.read_only THEN
      -- A sweep counts by itself, and what an archive brings has its own history with it. Both have named the
      -- one account. Who is active doesn't pay for the look.
      IF EXISTS (SELECT FROM guard.purges p WHERE p.account_id = context.account_id AND p.transaction_id = pg_current_xact_id()
          AND (TG_OP = 'DELETE' AND (p.sweeping OR p.retaining AND TG_RELID = 'tenant.audit_log'::regclass) OR TG_OP = 'INSERT' AND p.importing)) THEN
        RETURN NULL;
      END IF;
      RAISE EXCEPTION USING ERRCODE = 'AZ004', MESSAGE = 'This account is read-only while it is suspended.';
    END IF;
    accounts := ARRAY[context.account_id];
  ELSIF TG_OP <> 'DELETE' THEN
    PERFORM guard.require_administrator();
    EXECUTE format('SELECT array_agg(DISTINCT n.%I) FROM new_rows n', account_column) INTO accounts;
  ELSE
    FOR touched IN EXECUTE format('SELECT o.%I AS account_id, count(*) AS rows FROM old_rows o GROUP BY 1', account_column) LOOP
      IF NOT EXISTS (SELECT FROM control.accounts a WHERE a.id = touched.account_id) THEN
        INSERT INTO guard.purge_counts VALUES (touched.account_id, TG_RELID, touched.rows);
      ELSIF EXISTS (SELECT FROM guard.purges p WHERE p.transaction_id = pg_current_xact_id()) THEN
        RAISE EXCEPTION USING ERRCODE = 'AZ012',
          MESSAGE = format('The purge would have deleted rows of another account from %s.', TG_RELID::regclass);
      ELSE
        PERFORM guard.require_administrator();
        accounts := accounts || touched.account_id;
      END IF;
    END LOOP;
  END IF;
  accounts := coalesce(accounts, '{}');
  IF append_only AND accounts <> '{}' THEN
    IF TG_OP = 'DELETE' AND TG_RELID = 'tenant.audit_log'::regclass AND has_context AND guard.is_retaining(context.account_id) THEN
      RETURN NULL; -- the signed record says what went
    END IF;
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'The audit log can only grow.';
  END IF;

  -- OFFSET 0 keeps PostgreSQL from making each row's JSON anew for every use of it. The join is a full
  -- one because that is never done by nested loops: plans are kept, and one that was made for an update
  -- of one row would take hours for the next of 100,000.
  FOREACH account IN ARRAY accounts LOOP
    IF NOT has_context THEN
      PERFORM guard.enter(account, 'database:' || session_user);
      context.actor := 'database:' || session_user;
    END IF;
    -- With a context nothing is left out: a row of another account fails on the log's own policy.
    IF TG_OP = 'INSERT' THEN
      INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
      SELECT (n.row ->> account_column)::uuid, context.actor, 'create', subject,
        guard.row_key(n.row, key_columns), guard.masked(n.row - account_column, masked)
      FROM (SELECT to_jsonb(r) AS row FROM new_rows r OFFSET 0) n
      WHERE has_context OR (n.row ->> account_column)::uuid = account;
    ELSIF TG_OP = 'UPDATE' THEN
      INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, old_values, new_values)
      SELECT c.account_id, context.actor, 'update', subject, c.row_id, guard.masked((c.diff).old_values, masked), guard.masked((c.diff).new_values, masked)
      FROM (
        SELECT (n.row ->> account_column)::uuid AS account_id, guard.row_key(n.row, key_columns) AS row_id, guard.changed(o.row, n.row) AS diff
        FROM (SELECT to_jsonb(r) AS row FROM new_rows r OFFSET 0) n
        FULL JOIN (SELECT to_jsonb(r) AS row FROM old_rows r OFFSET 0) o
          ON o.row ->> account_column = n.row ->> account_column AND guard.row_key(o.row, key_columns) = guard.row_key(n.row, key_columns)
        OFFSET 0) c
      WHERE has_context OR c.account_id = account;
    ELSE
      INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, old_values)
      SELECT (o.row ->> account_column)::uuid, context.actor, 'delete', subject,
        guard.row_key(o.row, key_columns), guard.masked(o.row - account_column, masked)
      FROM (SELECT to_jsonb(r) AS row FROM old_rows r OFFSET 0) o
      WHERE has_context OR (o.row ->> account_column)::uuid = account;
    END IF;
    IF NOT has_context THEN
      PERFORM guard.leave();
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

-- Several columns of a row as one text. NULL when one isn't there.
CREATE FUNCTION guard.composite_key(row_values jsonb, key_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT pg_catalog.jsonb_object_agg(k, row_values -> k)::text FROM unnest(key_columns) k HAVING row_values ?& key_columns
$$;

-- A row's key as the log names it: the one value, or a JSON object of several. NULL when a
-- column was renamed since: the log takes no write without a key, so that one is refused.
CREATE FUNCTION guard.row_key(row_values jsonb, key_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN pg_catalog.cardinality(key_columns) = 1 THEN row_values ->> key_columns[1]
    ELSE guard.composite_key(row_values, key_columns)
  END
$$;

-- The columns that differ, before and after.
CREATE FUNCTION guard.changed(old_row jsonb, new_row jsonb, OUT old_values jsonb, OUT new_values jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT pg_catalog.jsonb_object_agg(n.key, old_row -> n.key), pg_catalog.jsonb_object_agg(n.key, n.value)
  FROM pg_catalog.jsonb_each(new_row) n
  WHERE n.value IS DISTINCT FROM old_row -> n.key
$$;

CREATE FUNCTION guard.hide(row_values jsonb, masked text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT pg_catalog.jsonb_object_agg(v.key, CASE WHEN v.key = ANY (masked) THEN '"[masked]"' ELSE v.value END)
  FROM pg_catalog.jsonb_each(row_values) v
$$;

-- What the log may show of a row. Tables without masked columns pay one comparison.
CREATE FUNCTION guard.masked(row_values jsonb, masked text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN masked = '{}' THEN row_values ELSE guard.hide(row_values, masked) END
$$;

-- A row keeps its account and its key for life. Prisma disconnects a relation by writing NULL into
-- each of its columns, the account's among them: that one stays as it is.
CREATE FUNCTION guard.keep_identity() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  account_column constant text := TG_ARGV[0];
  key_columns    constant text[] := TG_ARGV[1]::text[];
  before         constant jsonb := to_jsonb(OLD);
  after          constant jsonb := to_jsonb(NEW);
BEGIN
  IF after ->> account_column IS NULL
     AND NOT EXISTS (SELECT FROM unnest(key_columns) k WHERE k <> account_column AND before -> k IS DISTINCT FROM after -> k) THEN
    RETURN jsonb_populate_record(NEW, jsonb_build_object(account_column, before -> account_column));
  END IF;
  RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s of a row of %I can never change.',
    array_to_string(CASE WHEN account_column = ANY (key_columns) THEN key_columns ELSE account_column || key_columns END, ' and '), TG_TABLE_NAME);
END
$$;

-- Refuses whatever it is attached to: TRUNCATE on a tenant table, UPDATE on a log.
CREATE FUNCTION guard.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s on %I.%I is refused.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME);
END
$$;

-- Whether this transaction is removing what may go of a log: control.close_retention() says so.
CREATE FUNCTION guard.is_retaining(log uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT EXISTS (SELECT FROM guard.purges p WHERE p.account_id = log AND p.retaining AND p.transaction_id = pg_current_xact_id_if_assigned())
$$;

-- The same as guard.refuse() for DELETE on the control plane's log, but for a retention.
CREATE FUNCTION guard.refuse_unretained() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF guard.is_retaining('00000000-0000-0000-0000-000000000000') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s on %I.%I is refused.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME);
END
$$;

-- Logs reads: [{ subject, method, filter, rows }], in the name of the token's actor. The
-- token comes along because a raw statement may have taken the transaction's context away.
-- Where the transaction holds nothing but reads, their log need not wait for the disk.
CREATE FUNCTION guard.log_reads(token text, reads jsonb, durable boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account uuid;
BEGIN
  PERFORM set_config('azora.context', token, true);
  IF NOT durable THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  account := guard.current_account();
  IF account IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'A read is logged only inside a tenant context.';
  END IF;
  INSERT INTO tenant.audit_log (account_id, actor, operation, subject, method, filter, row_count)
  SELECT account, array_to_string((string_to_array(token, '.'))[5:], '.'), 'read',
    r.entry ->> 'subject', r.entry ->> 'method', r.entry -> 'filter', (r.entry ->> 'rows')::integer
  FROM jsonb_array_elements(reads) AS r(entry);
END
$$;

-- Each row of a log carries the hash of all it says: SHA-256 of a zero byte and the row's text, which
-- makes it a leaf of a Merkle tree (RFC 6962). The text is the exported line, see docs/audit-format.md;
-- the same words stand in src/seal/line.ts, since a check must not ask the database how to read it.
-- Every name is written out instead of a search_path that would be set for each row.
CREATE FUNCTION guard.hash_audit() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.content_hash := pg_catalog.sha256('\x00'::bytea OPERATOR(pg_catalog.||) pg_catalog.convert_to(pg_catalog.json_build_object(
    'accountId', NEW.account_id, 'id', NEW.id, 'transactionId', NEW.transaction_id,
    'occurredAt', pg_catalog.to_char(NEW.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', NEW.actor, 'operation', NEW.operation, 'subject', NEW.subject, 'rowId', NEW.row_id, 'method', NEW.method,
    'filter', NEW.filter, 'rowCount', NEW.row_count, 'oldValues', NEW.old_values, 'newValues', NEW.new_values)::text, 'UTF8'));
  RETURN NEW;
END
$$;

-- The same for the control plane's log.
CREATE FUNCTION guard.hash_admin_audit() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.content_hash := pg_catalog.sha256('\x00'::bytea OPERATOR(pg_catalog.||) pg_catalog.convert_to(pg_catalog.json_build_object(
    'id', NEW.id, 'transactionId', NEW.transaction_id,
    'occurredAt', pg_catalog.to_char(NEW.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'operator', NEW.operator, 'action', NEW.action, 'outcome', NEW.outcome, 'accountId', NEW.account_id,
    'accountSlug', NEW.account_slug, 'oldValues', NEW.old_values, 'newValues', NEW.new_values, 'reason', NEW.reason,
    'message', NEW.message, 'command', NEW.command, 'requestId', NEW.request_id)::text, 'UTF8'));
  RETURN NEW;
END
$$;

-- Root of the Merkle tree over leaves of 32 bytes each: pairs are hashed behind a byte of one, level by
-- level, and who has no neighbour goes up as it is, which is RFC 6962's tree.
CREATE FUNCTION guard.merkle_root(leaves bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog
AS $$
DECLARE
  level bytea := leaves;
BEGIN
  WHILE length(level) > 32 LOOP
    SELECT string_agg(
      CASE WHEN i * 64 <= length(level) THEN sha256('\x01'::bytea || substr(level, i * 64 - 63, 64)) ELSE substr(level, i * 64 - 63, 32) END,
      ''::bytea ORDER BY i)
    INTO level FROM generate_series(1, (length(level) + 32) / 64) i;
  END LOOP;
  RETURN level;
END
$$;

-- Makes a table a tenant table, in whatever schema and whatever its account column is called.
-- What can be given is given (account's foreign key, NOT NULL, indexes, row security, triggers,
-- rights); what would need a decision (its keys) is refused with the statement that mends it.
-- Running it again changes nothing, and what isn't said again stays as it was.
CREATE FUNCTION guard.protect(target regclass, append_only boolean DEFAULT NULL, account_column name DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  known record;
  item  record;
  key   smallint;
BEGIN
  INSERT INTO guard.protected_tables AS p VALUES (target, coalesce(protect.account_column, 'account_id'), coalesce(protect.append_only, false))
  ON CONFLICT (table_id) DO UPDATE SET
    account_column = coalesce(protect.account_column, p.account_column), append_only = coalesce(protect.append_only, p.append_only)
  RETURNING p.account_column, p.append_only INTO known;

  -- 1. The column.
  SELECT a.attnum INTO key FROM pg_attribute a
  WHERE a.attrelid = target AND a.attname = known.account_column AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped;
  IF key IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s has no column %I of type uuid.', target, known.account_column),
      HINT = format('ALTER TABLE %s ADD COLUMN %I uuid NOT NULL DEFAULT guard.current_account();', target, known.account_column);
  END IF;
  EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL, ALTER COLUMN %2$I SET DEFAULT guard.current_account()', target, known.account_column);
  EXECUTE format('ALTER TABLE %s OWNER TO azora_owner', target);

  -- 2. Keys: the account first, in each of them: none spans accounts.
  IF NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = target AND c.contype = 'p' AND c.conkey[1] = key) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('The primary key of %s does not start with %I.', target, known.account_column),
      HINT = format('ALTER TABLE %s ADD PRIMARY KEY (%I, id);', target, known.account_column);
  END IF;
  SELECT i.indexrelid::regclass AS name INTO item FROM pg_index i
  WHERE i.indrelid = target AND (i.indisunique OR i.indisexclusion) AND i.indkey[0] <> key LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013',
      MESSAGE = format('The unique key %s does not start with %I: it would tell one tenant that another has a value.', item.name, known.account_column),
      HINT = format('Put %I first in that key.', known.account_column);
  END IF;

  -- 3. The account's foreign key: deleting the account deletes the row.
  IF NOT EXISTS (
    SELECT FROM pg_constraint c WHERE c.conrelid = target AND c.contype = 'f' AND c.confrelid = 'control.accounts'::regclass
      AND c.conkey = ARRAY[key] AND c.confdeltype = 'c' AND c.convalidated
  ) THEN
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (%I) REFERENCES control.accounts (id) ON DELETE CASCADE', target, known.account_column);
  END IF;

  PERFORM guard.check_references(target);                                                 -- 4 and 5
  PERFORM guard.isolate(target, known.account_column, known.append_only);                 -- 6
  PERFORM guard.authorize(target, known.append_only);
  PERFORM guard.attach(target, known.account_column, known.append_only);                  -- 7 and 8
  PERFORM guard.close(target, CASE WHEN known.append_only THEN 'SELECT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END); -- 9
END
$$;

-- Whether a foreign key leads from a tenant table to a tenant table, account to account: then a row is
-- only ever referred to by rows of its own account.
CREATE FUNCTION guard.pairs_accounts(foreign_key oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT EXISTS (
    SELECT FROM pg_constraint c
    JOIN guard.protected_tables mine ON mine.table_id = c.conrelid
    JOIN guard.protected_tables theirs ON theirs.table_id = c.confrelid
    CROSS JOIN unnest(c.conkey, c.confkey) pair(mine, theirs)
    JOIN pg_attribute m ON m.attrelid = c.conrelid AND m.attnum = pair.mine
    JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = pair.theirs
    WHERE c.oid = foreign_key AND m.attname = mine.account_column AND t.attname = theirs.account_column)
$$;

-- Foreign keys from and to other tenant tables pair account with account; the referencing side has
-- an index. Both directions are looked at: whichever of two tables is protected last sees the key.
CREATE FUNCTION guard.check_references(target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT c.conname AS name, c.conkey, c.confdeltype, c.conrelid::regclass AS referencing, c.confrelid::regclass AS referenced,
           mine.account_column AS mine, theirs.account_column AS theirs,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
            FROM unnest(c.conkey) WITH ORDINALITY k(attnum, position)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
           guard.pairs_accounts(c.oid) AS pairs_accounts
    FROM pg_constraint c
    JOIN guard.protected_tables mine ON mine.table_id = c.conrelid
    JOIN guard.protected_tables theirs ON theirs.table_id = c.confrelid
    WHERE target IN (c.conrelid, c.confrelid) AND c.contype = 'f'
  LOOP
    IF NOT item.pairs_accounts THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ013',
        MESSAGE = format('The foreign key %I of %s does not pair %I with %I: it could point into another tenant.', item.name, item.referencing, item.mine, item.theirs),
        HINT = format('FOREIGN KEY (%I, …) REFERENCES %s (%I, …)', item.mine, item.referenced, item.theirs);
    ELSIF item.confdeltype IN ('n', 'd') THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ013',
        MESSAGE = format('The foreign key %I of %s sets columns on delete; %I would be one of them.', item.name, item.referencing, item.mine),
        HINT = 'Use ON DELETE CASCADE or ON DELETE NO ACTION.';
    ELSIF NOT EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = item.referencing AND i.indpred IS NULL AND i.indisvalid
        AND (SELECT array_agg(key ORDER BY key) FROM unnest((i.indkey::smallint[])[0:cardinality(item.conkey) - 1]) key)
          = (SELECT array_agg(key ORDER BY key) FROM unnest(item.conkey) key)
    ) THEN
      EXECUTE format('CREATE INDEX ON %s (%s)', item.referencing, item.columns);
    END IF;
  END LOOP;
END
$$;

-- Row security, with one policy that opens: a second would be ORed with it. That of guard.authorize() narrows it.
CREATE FUNCTION guard.isolate(target regclass, account_column name, append_only boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item record;
BEGIN
  SELECT p.polname AS name INTO item FROM pg_policy p WHERE p.polrelid = target
    AND p.polname NOT IN ('tenant_isolation', 'permission_read') LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s has another policy, %I.', target, item.name),
      HINT = format('DROP POLICY %I ON %s;', item.name, target);
  END IF;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('DROP POLICY IF EXISTS tenant_isolation ON %s', target);
  -- The subselect makes PostgreSQL check the context once a statement, not once a row.
  EXECUTE format('CREATE POLICY tenant_isolation ON %s USING (%I = (SELECT guard.current_account())) WITH CHECK (%2$I = (SELECT %s))',
    target, account_column, CASE WHEN append_only THEN 'guard.claimed_account()' ELSE 'guard.current_account()' END);
END
$$;

-- Audit, no TRUNCATE, identity for life. ALWAYS: session_replication_role doesn't silence them.
-- What the triggers need to know of their table travels as their arguments, so that a write looks nothing up.
CREATE FUNCTION guard.attach(target regclass, account_column name, append_only boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item     record;
  identity name[];
  key      name[];
  audit    text;
BEGIN
  SELECT array_agg(a.attname ORDER BY k.position) INTO identity
  FROM pg_constraint c CROSS JOIN unnest(c.conkey) WITH ORDINALITY k(attnum, position)
  JOIN pg_attribute a ON a.attrelid = target AND a.attnum = k.attnum
  WHERE c.conrelid = target AND c.contype = 'p';
  key := CASE WHEN cardinality(identity) = 1 THEN identity ELSE identity[2:] END;
  audit := format('guard.audit_write(%L, %L, %L, %L)', append_only, account_column, key::text,
    ARRAY(SELECT m.column_name FROM guard.masked_columns m WHERE m.table_id = target ORDER BY 1)::text);

  FOR item IN SELECT t.tgname AS name FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname LIKE 'guard\_%' LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', item.name, target);
  END LOOP;
  EXECUTE format('CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON %s EXECUTE FUNCTION guard.refuse()', target);
  EXECUTE format('CREATE TRIGGER guard_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', target, audit);
  IF append_only THEN
    EXECUTE format('CREATE TRIGGER guard_update BEFORE UPDATE ON %s EXECUTE FUNCTION guard.refuse()', target);
  ELSE
    EXECUTE format('CREATE TRIGGER guard_identity BEFORE UPDATE ON %s FOR EACH ROW WHEN ((%s) IS DISTINCT FROM (%s)) '
      'EXECUTE FUNCTION guard.keep_identity(%L, %L)', target,
      (SELECT string_agg(format('OLD.%I', k), ', ') FROM unnest(identity) k),
      (SELECT string_agg(format('NEW.%I', k), ', ') FROM unnest(identity) k), account_column, key::text);
    EXECUTE format('CREATE TRIGGER guard_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', target, audit);
    EXECUTE format('CREATE TRIGGER guard_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', target, audit);
  END IF;
  FOR item IN SELECT t.tgname AS name FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname LIKE 'guard\_%' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, item.name);
  END LOOP;
END
$$;

-- Gives the tenant plane's login what is named, and nobody else anything, on the table, any column
-- of it and the sequences that fill it. A sequence is only drawn from: its state is not to be read.
CREATE FUNCTION guard.close(target regclass, rights text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item    record;
  grantee text;
BEGIN
  IF NOT has_schema_privilege('azora_runtime', (SELECT relnamespace FROM pg_class WHERE oid = target), 'USAGE') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %s TO azora_runtime', (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = target));
  END IF;
  FOR item IN
    SELECT c.oid::regclass AS name, c.relacl, c.relowner, c.relkind = 'S' AS is_sequence,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END || c.oid::regclass AS object
    FROM pg_class c
    WHERE c.oid = target OR c.relkind = 'S' AND c.oid IN (
      SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = target
      UNION SELECT d.refobjid FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid WHERE f.adrelid = target)
  LOOP
    FOR grantee IN
      SELECT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END
      FROM (SELECT (aclexplode(item.relacl)).grantee
            UNION SELECT (aclexplode(a.attacl)).grantee FROM pg_attribute a WHERE a.attrelid = item.name AND a.attacl IS NOT NULL) acl
      WHERE acl.grantee <> item.relowner
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s', item.object, grantee);
    END LOOP;
    EXECUTE format('GRANT %s ON %s TO azora_runtime', CASE WHEN item.is_sequence THEN 'USAGE' ELSE rights END, item.object);
  END LOOP;
END
$$;

-- Keeps the values of a column out of the audit log: that it changed is logged, not what it was or
-- became. Lines that are written already stay as they are.
CREATE FUNCTION guard.mask(target regclass, column_name name, hidden boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  known guard.protected_tables;
BEGIN
  SELECT * INTO known FROM guard.protected_tables p WHERE p.table_id = target;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s is not a tenant table.', target), HINT = format('SELECT guard.protect(%L);', target);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = target AND a.attname = mask.column_name AND a.attnum > 0 AND NOT a.attisdropped) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s has no column %I.', target, mask.column_name);
  END IF;
  IF EXISTS (SELECT FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = target AND a.attnum = ANY (c.conkey)
             WHERE c.conrelid = target AND c.contype = 'p' AND a.attname = mask.column_name) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%I is in the key of %s, which the log names each row by.', mask.column_name, target);
  END IF;
  IF hidden THEN
    INSERT INTO guard.masked_columns VALUES (target, mask.column_name) ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM guard.masked_columns m WHERE m.table_id = target AND m.column_name = mask.column_name;
  END IF;
  PERFORM guard.attach(target, known.account_column, known.append_only);
END
$$;

-- Purge ----------------------------------------------------------------------------------

-- The tables that guard.sweep() may empty: the only triggers that it silences there are those of
-- foreign keys whose both ends are the same account's. One that has a trigger of its own on DELETE, a
-- rule, or a foreign key from elsewhere is left to the cascade, which runs all of that; and so is one
-- that the cascade doesn't reach, since a sweep is to be faster and not to hide what is amiss. None
-- where the setting may not be set.
CREATE FUNCTION guard.sweep_tables() RETURNS SETOF regclass
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT p.table_id FROM guard.tenant_tables() p JOIN pg_class c ON c.oid = p.table_id
  WHERE has_parameter_privilege('session_replication_role', 'SET') AND NOT c.relispartition AND EXISTS (
    SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = p.account_column
    WHERE k.conrelid = p.table_id AND k.contype = 'f' AND k.confrelid = 'control.accounts'::regclass AND k.conkey = ARRAY[a.attnum]
      AND k.confdeltype = 'c' AND k.convalidated
  ) AND NOT EXISTS (
    SELECT FROM (SELECT p.table_id UNION SELECT t.relid FROM pg_partition_tree(p.table_id) t) part(id)
    WHERE EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = part.id AND NOT t.tgisinternal AND t.tgtype & 8 <> 0 AND t.tgenabled IN ('O', 'R'))
       OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = part.id AND r.ev_type = '4')
       OR EXISTS (SELECT FROM pg_constraint k
                  WHERE k.confrelid = part.id AND k.contype = 'f' AND k.conparentid = 0 AND NOT guard.pairs_accounts(k.oid)))
  ORDER BY p.table_id::text
$$;

-- Deletes all that an account has in one of guard.sweep_tables(), in one statement that asks no
-- foreign key. What refers to these rows is the account's own: another sweep or the cascade takes it,
-- and control.write_receipt() counts that nothing is left. The account's row has to be locked, so that
-- nobody adds to it meanwhile.
CREATE FUNCTION guard.sweep(account uuid, target regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  before  constant text := current_setting('session_replication_role');
  known   record;
  deleted bigint;
BEGIN
  SELECT p.account_column, c.relkind INTO STRICT known FROM guard.tenant_tables() p JOIN pg_class c ON c.oid = p.table_id
  WHERE p.table_id = target;
  UPDATE guard.purges p SET sweeping = true WHERE p.account_id = account AND p.transaction_id = pg_current_xact_id();
  PERFORM guard.enter(account, 'purge');
  PERFORM set_config('session_replication_role', 'replica', true);
  -- As the cascade does: the partitions, but not tables that merely inherit.
  EXECUTE format('DELETE FROM %s %s WHERE %I = $1', CASE known.relkind WHEN 'p' THEN '' ELSE 'ONLY' END, target, known.account_column)
    USING account;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  PERFORM set_config('session_replication_role', before, true);
  PERFORM guard.leave();
  UPDATE guard.purges p SET sweeping = false WHERE p.account_id = account;
  INSERT INTO guard.purge_counts VALUES (account, target, deleted);
  RETURN deleted;
END
$$;

-- Every table with a column that says whose a row is, by the catalog and not by what guard.protect()
-- was told: one that refers to the accounts, or has a name that account columns have here. Not what
-- outlives an account by design: the vendor's two logs, and what Stripe has still to be asked.
-- Where the owner can't look, `readable` says so.
CREATE FUNCTION guard.account_columns() RETURNS TABLE (table_id regclass, account_column name, readable boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT c.oid::regclass, a.attname, p.table_id IS NOT NULL
    OR has_schema_privilege(c.relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'uuid'::regtype
  LEFT JOIN guard.protected_tables p ON p.table_id = c.oid
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'guard'::regnamespace)
    AND c.oid NOT IN ('control.admin_audit_log'::regclass, 'control.purge_receipts'::regclass, 'control.billing_steps'::regclass)
    AND (a.attname = p.account_column
      OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'control.accounts'::regclass
                 AND k.conkey = ARRAY[a.attnum])
      -- An application's own accounts table may call its key `id`, like every other table.
      OR p.table_id IS NULL AND a.attname <> 'id'
         AND (a.attname = 'account_id' OR EXISTS (SELECT FROM guard.tenant_tables() o WHERE o.account_column = a.attname)))
$$;

-- Taking data home -----------------------------------------------------------------------

-- What rows of a tenant look like here: its tables, their keys and columns. Two installations that say the
-- same take each other's archives. Partitions are read and written through their table.
CREATE FUNCTION guard.tenant_shape() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
    'name', p.table_id::text,
    'accountColumn', p.account_column,
    'partitioned', c.relkind = 'p',
    'key', (SELECT jsonb_agg(a.attname ORDER BY k.position)
            FROM pg_constraint pk CROSS JOIN unnest(pk.conkey) WITH ORDINALITY k(attnum, position)
            JOIN pg_attribute a ON a.attrelid = p.table_id AND a.attnum = k.attnum
            WHERE pk.conrelid = p.table_id AND pk.contype = 'p'),
    'columns', (SELECT jsonb_agg(jsonb_build_object(
                  'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
                  'generated', a.attgenerated <> '',
                  'labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid)
                ) ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = p.table_id AND a.attnum > 0 AND NOT a.attisdropped)
    ) ORDER BY p.table_id::text), '[]')
  FROM guard.tenant_tables() p JOIN pg_class c ON c.oid = p.table_id
  WHERE NOT c.relispartition
$$;

-- What an export says of the tenant besides its rows, for whoever is inside it.
CREATE FUNCTION guard.describe_export() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account constant uuid := guard.current_account();
BEGIN
  IF account IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'A tenant is exported only inside its own context.';
  END IF;
  RETURN (SELECT jsonb_build_object('tables', guard.tenant_shape(), 'account',
      jsonb_build_object('id', a.id, 'slug', a.slug, 'name', a.name, 'contactEmail', a.contact_email))
    FROM control.accounts a WHERE a.id = account);
END
$$;

-- Writes down that an export is finished: the hash of its manifest, and what it had seen. It is the word of
-- whoever may read the tenant, under the context's actor; it can't claim to have seen what isn't there yet.
CREATE FUNCTION guard.finish_export(manifest text, seen text, row_count bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  context record;
BEGIN
  SELECT * INTO context FROM guard.read_context();
  IF context.account_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'A tenant is exported only inside its own context.';
  ELSIF pg_snapshot_xmax(seen::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An export can''t have seen what comes after it.';
  END IF;
  INSERT INTO guard.exports (account_id, manifest, snapshot, rows, actor)
  VALUES (context.account_id, manifest, seen::pg_snapshot, row_count, context.actor) ON CONFLICT DO NOTHING;
END
$$;

-- Takes down that a whole export of a log was taken to its end. False where it doesn't count towards a retention: it begins
-- where no export that counts has ended.
CREATE FUNCTION guard.count_audit_export(p_log uuid, p_after text, p_cursor text, p_checkpoint bigint, p_rows bigint, p_sha256 text, p_actor text)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  began constant text := p_after::pg_snapshot::text;
  seen  constant text := p_cursor::pg_snapshot::text;
BEGIN
  IF pg_snapshot_xmax(seen::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An export can''t have seen what comes after it.';
  ELSIF began IS NOT NULL AND NOT EXISTS (SELECT FROM guard.audit_exports e WHERE e.log = p_log AND e.cursor = began) THEN
    RETURN false;
  END IF;
  INSERT INTO guard.audit_exports (log, after, cursor, checkpoint, rows, sha256, actor)
  VALUES (p_log, began, seen, p_checkpoint, p_rows, p_sha256, p_actor) ON CONFLICT DO NOTHING;
  RETURN true;
END
$$;

-- Writes down, in the log too, that the tenant's log was exported whole and to its end: the word of whoever may read it, under the
-- context's actor. False where that doesn't count towards a retention.
-- p_checkpoint: hash of the last checkpoint that the export has seen, NULL for none; one that isn't there it can't have seen.
CREATE FUNCTION guard.finish_audit_export(p_after text, p_cursor text, p_checkpoint text, p_rows bigint, p_sha256 text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  context record;
  seen    bigint := 0;
  counts  boolean;
BEGIN
  SELECT * INTO context FROM guard.read_context();
  IF context.account_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'A tenant''s log is exported only inside its own context.';
  END IF;
  PERFORM guard.permits('audit:read');
  IF p_checkpoint IS NOT NULL THEN
    SELECT c.sequence INTO seen FROM tenant.audit_checkpoints c WHERE c.account_id = context.account_id AND c.hash = p_checkpoint;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'There is no such checkpoint of this log.';
    END IF;
  END IF;
  counts := guard.count_audit_export(context.account_id, p_after, p_cursor, seen, p_rows, p_sha256, context.actor);
  INSERT INTO tenant.audit_log (account_id, actor, operation, subject, method, filter)
  VALUES (context.account_id, context.actor, 'read', 'audit_log', 'audit.exported',
    jsonb_build_object('after', p_after, 'cursor', p_cursor, 'sha256', p_sha256, 'checkpoint', seen, 'rows', p_rows, 'counts', counts));
  RETURN counts;
END
$$;

-- Whether the account's last finished export has seen every change of it: NULL when there is none. What came with an
-- archive has another database's transaction ids, and is older than the account here.
CREATE FUNCTION guard.is_exported(account uuid) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  seen    pg_snapshot;
  changed boolean;
  opened  boolean;
BEGIN
  SELECT e.snapshot INTO seen FROM guard.exports e WHERE e.account_id = account ORDER BY e.finished_at DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  INSERT INTO guard.purges (account_id) VALUES (account) ON CONFLICT DO NOTHING;
  opened := FOUND;
  PERFORM guard.enter(account, 'purge');
  changed := EXISTS (
    SELECT FROM tenant.audit_log l JOIN control.accounts a ON a.id = l.account_id
    WHERE l.account_id = account AND l.operation <> 'read' AND l.occurred_at >= a.created_at
      AND l.transaction_id >= pg_snapshot_xmin(seen)::text::bigint AND NOT pg_visible_in_snapshot(l.transaction_id::text::xid8, seen));
  PERFORM guard.leave();
  IF opened THEN
    DELETE FROM guard.purges p WHERE p.account_id = account;
  END IF;
  RETURN NOT changed;
END
$$;

-- Opens an account for the rows of an archive, in the caller's transaction: they come in by plain INSERT, in the
-- account's context, without a line for each. Foreign keys are not asked row by row, so tables come in any order:
-- close_import() asks them. False when this archive is in this account already. Granted to nobody: whoever has the owner's
-- login may say what a tenant's history was.
-- p_account: { id, slug, name, contactEmail }
CREATE FUNCTION guard.open_import(p_account jsonb, p_plan text, p_manifest text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  account constant uuid := (p_account ->> 'id')::uuid;
BEGIN
  IF NOT has_parameter_privilege('session_replication_role', 'SET') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = 'Rows can''t come in without asking their foreign keys one by one: session_replication_role may not be set.',
      HINT = 'A superuser grants it: GRANT SET ON PARAMETER session_replication_role TO azora_owner;';
  END IF;
  INSERT INTO control.accounts (id, slug, name, contact_email, status)
  VALUES (account, p_account ->> 'slug', p_account ->> 'name', p_account ->> 'contactEmail', 'provisioning') ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM control.accounts a WHERE a.id = account)
       AND EXISTS (SELECT FROM control.admin_audit_log l WHERE l.account_id = account AND l.action = 'tenant.import' AND l.new_values ->> 'manifest' = p_manifest) THEN
      RETURN false;
    ELSIF EXISTS (SELECT FROM control.accounts a WHERE a.id = account) THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('There is an account %s already.', account), HINT = 'Import it beside that one with --as-id.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('The slug "%s" is taken.', p_account ->> 'slug'), HINT = 'Choose another --slug.';
  END IF;
  INSERT INTO control.subscriptions (account_id, plan_id) VALUES (account, control.find_plan(p_plan));
  INSERT INTO guard.purges (account_id, importing) VALUES (account, true);
  PERFORM guard.enter(account, 'import');
  PERFORM set_config('session_replication_role', 'replica', true);
  RETURN true;
END
$$;

-- Asks every foreign key of an account's rows, set-wise. Hash joins, since nobody has counted the new rows yet; and
-- what the planner says of their cost is no reason to compile them.
CREATE FUNCTION guard.check_imported(account uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_nestloop = off SET jit = off
AS $$
DECLARE
  item   record;
  broken bigint;
BEGIN
  FOR item IN
    SELECT c.conname AS name, c.confmatchtype = 'f' AS is_full, p.account_column, guard.pairs_accounts(c.oid) AS own_rows,
      CASE mine.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || c.conrelid::regclass AS mine,
      CASE theirs.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || c.confrelid::regclass AS theirs,
      string_agg(format('t.%I = r.%I', m.attname, r.attname), ' AND ') AS joined,
      string_agg(format('t.%I IS NOT NULL', m.attname), CASE c.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' END) AS refers
    FROM guard.tenant_tables() p
    JOIN pg_constraint c ON c.conrelid = p.table_id AND c.contype = 'f' AND c.conparentid = 0
    JOIN pg_class mine ON mine.oid = c.conrelid JOIN pg_class theirs ON theirs.oid = c.confrelid
    CROSS JOIN unnest(c.conkey, c.confkey) pair(mine, theirs)
    JOIN pg_attribute m ON m.attrelid = c.conrelid AND m.attnum = pair.mine
    JOIN pg_attribute r ON r.attrelid = c.confrelid AND r.attnum = pair.theirs
    WHERE NOT mine.relispartition
    GROUP BY c.oid, c.conname, c.confmatchtype, p.account_column, mine.relkind, theirs.relkind, c.conrelid, c.confrelid
    ORDER BY c.conrelid::regclass::text, c.conname
  LOOP
    IF NOT item.own_rows THEN
      -- Rows of everybody's: they stay until this is committed.
      EXECUTE format('SELECT FROM %s r WHERE EXISTS (SELECT FROM %s t WHERE t.%I = $1 AND %s) FOR KEY SHARE', item.theirs, item.mine, item.account_column, item.joined)
        USING account;
    END IF;
    EXECUTE format('SELECT count(*) FROM %s t WHERE t.%I = $1 AND (%s) AND NOT EXISTS (SELECT FROM %s r WHERE %s)',
      item.mine, item.account_column, item.refers, item.theirs, item.joined) INTO broken USING account;
    IF broken > 0 THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ013',
        MESSAGE = format('%s rows of %s refer to rows that the archive doesn''t have (%I).', broken, replace(item.mine, 'ONLY ', ''), item.name);
    END IF;
  END LOOP;
END
$$;

-- Moves the sequences that fill columns of tenant tables past what an account brought. Changing a sequence
-- waits for whoever draws from it, so that none goes back over a number that somebody has.
CREATE FUNCTION guard.pass_sequences(account uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item   record;
  most   bigint;
  passed boolean;
BEGIN
  FOR item IN
    SELECT DISTINCT p.table_id, p.account_column, a.attname AS column, s.seqrelid::regclass AS sequence, s.seqincrement AS step
    FROM guard.tenant_tables() p JOIN pg_attribute a ON a.attrelid = p.table_id AND a.attnum > 0
      AND a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
    JOIN pg_sequence s ON s.seqincrement > 0 AND (
      EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum)
      OR EXISTS (SELECT FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                 WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.seqrelid))
  LOOP
    EXECUTE format('SELECT max(t.%I)::bigint FROM %s t WHERE t.%I = $1', item.column, item.table_id, item.account_column) INTO most USING account;
    EXECUTE format('SELECT s.last_value >= $1 FROM %s s', item.sequence) INTO passed USING most;
    IF NOT passed THEN
      EXECUTE format('ALTER SEQUENCE %s INCREMENT %s', item.sequence, item.step);
      EXECUTE format('SELECT s.last_value >= $1 FROM %s s', item.sequence) INTO passed USING most;
      IF NOT passed THEN
        EXECUTE format('ALTER SEQUENCE %s RESTART %s', item.sequence, most + item.step);
      END IF;
    END IF;
  END LOOP;
END
$$;

-- Ends an import: asks the foreign keys, counts what is there against what the archive says, leaves one line in
-- the tenant's log and one in the vendor's, and makes the account active. Nobody has seen any of it before the commit.
-- p_counts: rows by table; what isn't named has none. p_said: what both lines say.
CREATE FUNCTION guard.close_import(p_account uuid, p_counts jsonb, p_said jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item  record;
  found bigint;
BEGIN
  PERFORM set_config('session_replication_role', 'origin', true);
  PERFORM guard.check_imported(p_account);
  FOR item IN SELECT t.* FROM guard.tenant_tables() t JOIN pg_class c ON c.oid = t.table_id WHERE NOT c.relispartition LOOP
    EXECUTE format('SELECT count(*) FROM %s t WHERE t.%I = $1', item.table_id, item.account_column) INTO found USING p_account;
    IF found <> coalesce((p_counts ->> item.table_id::text)::bigint, 0) THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ012',
        MESSAGE = format('%s has %s rows of the archive''s %s.', item.table_id, found, coalesce(p_counts ->> item.table_id::text, '0'));
    END IF;
  END LOOP;
  PERFORM guard.pass_sequences(p_account);
  INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
  VALUES (p_account, 'database:' || session_user, 'create', 'control.accounts', p_account, p_said);
  PERFORM guard.leave();
  DELETE FROM guard.purges p WHERE p.account_id = p_account;
  UPDATE control.accounts SET status = 'active', updated_at = clock_timestamp() WHERE id = p_account;
  PERFORM control.subscribe_account(p_account);
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, new_values)
  SELECT 'tenant.import', a.id, a.slug, p_said FROM control.accounts a WHERE a.id = p_account;
END
$$;

-- Support -----------------------------------------------------------------------------------

-- A tenant table by its full name, or without its schema when that is `tenant`.
CREATE FUNCTION guard.find_table(name text) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT p.table_id FROM guard.tenant_tables() p
  WHERE find_table.name IN (p.table_id::text, regexp_replace(p.table_id::text, '^tenant\.', ''))
$$;

-- The columns that name a row inside its account, as the log does.
CREATE FUNCTION guard.key_columns(target regclass) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT CASE WHEN cardinality(c.identity) = 1 THEN c.identity ELSE c.identity[2:] END
  FROM (SELECT array_agg(a.attname::text ORDER BY k.position) AS identity
        FROM pg_constraint p CROSS JOIN unnest(p.conkey) WITH ORDINALITY k(attnum, position)
        JOIN pg_attribute a ON a.attrelid = target AND a.attnum = k.attnum
        WHERE p.conrelid = target AND p.contype = 'p') c
$$;

-- Columns with their types, as a row of JSON is read by.
CREATE FUNCTION guard.typed_columns(target regclass, columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ')
  FROM pg_attribute a WHERE a.attrelid = target AND a.attname = ANY (columns) AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Lets one operator read for so many hours: every tenant table, or those that are named. It is the consent of a person
-- of the tenant, and of nobody who works for it.
CREATE FUNCTION guard.grant_support(login text, hours numeric, tables text[], reason text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  who     constant text := guard.acting_user();
  context record;
  unknown text;
  made    control.support_grants;
BEGIN
  SELECT * INTO context FROM guard.read_context();
  IF who IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = 'Only a person of the tenant lets the vendor''s support in: say which (--as USER).';
  END IF;
  PERFORM guard.permits('support:manage');
  IF context.read_only THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ004', MESSAGE = 'This account is read-only while it is suspended.';
  ELSIF hours IS NULL OR hours <= 0 OR hours > 168 THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'Support is let in for at most 168 hours.';
  ELSIF NOT EXISTS (SELECT FROM control.operators o WHERE o.login = grant_support.login AND o.disabled_at IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no operator "%s" who could be let in.', login);
  END IF;
  SELECT t INTO unknown FROM unnest(tables) t WHERE guard.find_table(t) IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('There is no tenant table "%s".', unknown);
  END IF;
  INSERT INTO control.support_grants (id, account_id, operator, tables, reason, granted_by, expires_at)
  VALUES (guard.uuid7(), context.account_id, login,
    NULLIF(ARRAY(SELECT DISTINCT guard.find_table(t)::text FROM unnest(tables) t ORDER BY 1), '{}'),
    reason, who, clock_timestamp() + hours * interval '1 hour')
  RETURNING * INTO made;
  INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
  VALUES (made.account_id, who, 'create', 'control.support_grants', made.id, to_jsonb(made) - 'account_id');
  RETURN made.id;
END
$$;

-- Takes a consent back; what is being read at this moment is the last. False when the window is closed already. An
-- application may do it too, and a tenant that is suspended: nobody needs consent to close.
CREATE FUNCTION guard.revoke_support(support_grant uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  context record;
  known   control.support_grants;
BEGIN
  SELECT * INTO context FROM guard.read_context();
  PERFORM guard.permits('support:manage');
  SELECT * INTO known FROM control.support_grants g WHERE g.id = support_grant AND g.account_id = context.account_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = 'This tenant has given no such consent to support: `azora support:list` shows them all.';
  ELSIF known.revoked_at IS NOT NULL OR known.expires_at <= clock_timestamp() THEN
    RETURN false;
  END IF;
  UPDATE control.support_grants g SET revoked_at = clock_timestamp(), revoked_by = context.actor WHERE g.id = known.id RETURNING * INTO known;
  INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, new_values)
  VALUES (known.account_id, context.actor, 'update', 'control.support_grants', known.id,
    jsonb_build_object('revoked_at', known.revoked_at, 'revoked_by', known.revoked_by));
  RETURN true;
END
$$;

-- Whom the tenant has let in, newest first, from before one of them on.
CREATE FUNCTION guard.support_grants(before uuid, most integer) RETURNS SETOF control.support_grants
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT guard.holds('support:manage') THEN
    PERFORM guard.permits('support:read');
  END IF;
  RETURN QUERY SELECT g.* FROM control.support_grants g
    WHERE g.account_id = guard.current_account() AND (before IS NULL OR g.id < before) ORDER BY g.id DESC LIMIT most;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA guard FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.uuid7(), guard.read_context(), guard.current_account(), guard.set_context(text), guard.log_reads(text, jsonb, boolean),
  guard.holds(text), guard.permits(text), guard.check_reads(text[]), guard.including(text), guard.permissions(),
  guard.describe_export(), guard.finish_export(text, text, bigint), guard.finish_audit_export(text, text, text, bigint, text),
  guard.grant_support(text, numeric, text[], text), guard.revoke_support(uuid), guard.support_grants(uuid, integer)
  TO azora_runtime;

RESET ROLE;
