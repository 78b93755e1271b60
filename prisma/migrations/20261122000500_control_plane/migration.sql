-- The control plane: what an operator may do, as functions that leave a line in
-- admin_audit_log whoever calls them, and rights by role. No right here reaches a tenant row.

SET ROLE azora_owner;

-- Logs -----------------------------------------------------------------------------------

-- One line a change of what the vendor knows, under session_user: nobody writes in another's name.
CREATE FUNCTION control.audit_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  action text;
  detail jsonb := '{}';
BEGIN
  IF TG_OP = 'INSERT' THEN
    action := 'tenant.create';
    detail := jsonb_build_object('name', NEW.name);
  ELSIF TG_OP = 'DELETE' THEN
    action := 'tenant.purge';
    detail := jsonb_build_object('name', OLD.name, 'reason', OLD.purge_reason);
  ELSIF NEW.status = 'purging' THEN
    RETURN NULL; -- the delete that follows is the line
  ELSIF NEW.status = 'suspended' AND (OLD.status, OLD.suspension) IS DISTINCT FROM (NEW.status, NEW.suspension) THEN
    action := 'tenant.suspend';
    detail := jsonb_build_object('reason', NEW.suspension_reason, 'mode', NEW.suspension);
  ELSIF NEW.status = 'active' AND OLD.status = 'suspended' THEN
    action := 'tenant.resume';
  ELSE
    SELECT 'tenant.update', jsonb_build_object('old', c.old_values, 'new', c.new_values) INTO action, detail
    FROM guard.changed(to_jsonb(OLD), to_jsonb(NEW)) c;
  END IF;
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, detail)
  VALUES (action, coalesce(NEW.id, OLD.id), coalesce(NEW.slug, OLD.slug), detail);
  RETURN NULL;
END
$$;

-- The same for the tables around it: `plans.insert`, `subscriptions.update`, …
CREATE FUNCTION control.audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO control.admin_audit_log (action, account_id, detail)
  VALUES (
    TG_TABLE_NAME || '.' || lower(TG_OP),
    (coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'account_id')::uuid,
    jsonb_strip_nulls(jsonb_build_object('old', to_jsonb(OLD), 'new', to_jsonb(NEW))));
  RETURN NULL;
END
$$;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.accounts FOR EACH ROW EXECUTE FUNCTION control.audit_account();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.plans FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.subscriptions FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.operators FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.settings FOR EACH ROW EXECUTE FUNCTION control.audit_change();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON control.admin_audit_log EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON control.purge_receipts EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON control.accounts EXECUTE FUNCTION guard.refuse();

-- What was tried and refused, or failed: written in a transaction of its own after the
-- attempt was rolled back.
CREATE FUNCTION control.record_attempt(p_action text, p_outcome control.admin_outcome, p_account uuid, p_slug text, p_detail jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF p_outcome = 'done' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'What was done is logged by doing it.';
  END IF;
  INSERT INTO control.admin_audit_log (action, outcome, account_id, account_slug, detail)
  VALUES (p_action, p_outcome, p_account, p_slug, coalesce(p_detail, '{}'));
END
$$;

-- Lifecycle ------------------------------------------------------------------------------

-- Makes an account whole: the row, its subscription, its default roles, its first user.
-- The tenant's rows are made in the tenant's own context, through the same policies and
-- triggers as the application's, in the operator's name.
CREATE FUNCTION control.create_account(
  p_slug text, p_name text, p_owner_email text, p_plan text, p_if_not_exists boolean,
  OUT account_id uuid, OUT created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
#variable_conflict use_column
DECLARE
  plan uuid;
  owner uuid;
BEGIN
  SELECT p.id INTO plan FROM control.plans p WHERE p.code = p_plan AND p.archived_at IS NULL;
  IF plan IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no plan "%s".', p_plan),
      HINT = (SELECT 'Plans: ' || string_agg(p.code, ', ' ORDER BY p.price_minor, p.code) || '.' FROM control.plans p WHERE p.archived_at IS NULL);
  END IF;
  INSERT INTO control.accounts (slug, name, contact_email) VALUES (p_slug, p_name, p_owner_email)
  ON CONFLICT (slug) DO NOTHING RETURNING id INTO account_id;
  created := account_id IS NOT NULL;
  IF NOT created THEN
    IF p_if_not_exists IS NOT TRUE THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('The slug "%s" is taken.', p_slug),
        HINT = 'Choose another --slug, or add --if-not-exists.';
    END IF;
    SELECT a.id INTO account_id FROM control.accounts a WHERE a.slug = p_slug;
    RETURN;
  END IF;
  INSERT INTO control.subscriptions (account_id, plan_id) VALUES (account_id, plan);

  PERFORM guard.enter(account_id, 'operator:' || session_user);
  WITH role AS (
    INSERT INTO tenant.roles (account_id, name, description) VALUES
      (account_id, 'owner',  'Everything, the account itself included'),
      (account_id, 'admin',  'People, roles and everything they work on'),
      (account_id, 'member', 'Works on the records'),
      (account_id, 'viewer', 'Reads')
    RETURNING id, name)
  INSERT INTO tenant.role_permissions (account_id, role_id, permission)
  SELECT account_id, role.id, granted.permission
  FROM role JOIN (VALUES
    ('owner', '*:*'),
    ('admin', 'users:*'), ('admin', 'roles:*'), ('admin', 'records:*'), ('admin', 'audit_log:read'),
    ('member', 'records:read'), ('member', 'records:create'), ('member', 'records:update'),
    ('viewer', 'records:read')) AS granted(role_name, permission) ON granted.role_name = role.name;
  INSERT INTO tenant.users (account_id, email, name) VALUES (account_id, p_owner_email, split_part(p_owner_email, '@', 1))
  RETURNING id INTO owner;
  INSERT INTO tenant.user_roles (account_id, user_id, role_id)
  SELECT account_id, owner, r.id FROM tenant.roles r WHERE r.account_id = create_account.account_id AND r.name = 'owner';
  PERFORM guard.leave();
END
$$;

-- Stops an account, or leaves it reading only. True when that changed something.
CREATE FUNCTION control.suspend_account(p_account uuid, p_reason text, p_read_only boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
  mode constant control.suspension_mode := CASE WHEN p_read_only THEN 'read_only' ELSE 'full' END::control.suspension_mode;
BEGIN
  account := control.lock_account(p_account);
  IF account.status = 'suspended' AND account.suspension = mode THEN
    RETURN false;
  END IF;
  UPDATE control.accounts SET status = 'suspended', suspension = mode, suspension_reason = p_reason,
    suspended_at = coalesce(suspended_at, clock_timestamp()), updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

CREATE FUNCTION control.resume_account(p_account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.status = 'active' THEN
    RETURN false;
  END IF;
  UPDATE control.accounts SET status = 'active', suspension = NULL, suspension_reason = NULL, suspended_at = NULL,
    updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

CREATE FUNCTION control.lock_account(p_account uuid) RETURNS control.accounts
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  SELECT * INTO account FROM control.accounts WHERE id = p_account FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no account %s.', p_account);
  END IF;
  RETURN account;
END
$$;

-- Purge ----------------------------------------------------------------------------------

-- Before an account's row goes, whoever deletes it: what its audit log ended with.
CREATE FUNCTION control.begin_purge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO guard.purges (account_id) VALUES (OLD.id);
  PERFORM guard.enter(OLD.id, 'purge');
  UPDATE guard.purges SET last_audit = jsonb_build_object(
    'entries', (SELECT count(*) FROM tenant.audit_log l WHERE l.account_id = OLD.id),
    'last', (SELECT jsonb_build_object('id', l.id, 'occurredAt', l.occurred_at)
             FROM tenant.audit_log l WHERE l.account_id = OLD.id ORDER BY l.id DESC LIMIT 1))
  WHERE account_id = OLD.id;
  PERFORM guard.leave();
  RETURN OLD;
END
$$;

-- After the cascade, whoever deleted: proves that nothing is left and writes the receipt.
-- The rows are counted by what the triggers saw go; the proof looks again.
CREATE FUNCTION control.write_receipt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  protected record;
  purge     guard.purges;
  previous  control.purge_receipts;
  receipt   control.purge_receipts;
  left_over bigint;
BEGIN
  SELECT * INTO purge FROM guard.purges WHERE account_id = OLD.id;
  PERFORM guard.enter(OLD.id, 'purge');
  FOR protected IN SELECT p.* FROM guard.tenant_tables() p LOOP
    EXECUTE format('SELECT count(*) FROM %s WHERE %I = $1', protected.table_id, protected.account_column) INTO left_over USING OLD.id;
    IF left_over > 0 THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('The purge would have left %s rows in %s.', left_over, protected.table_id);
    END IF;
  END LOOP;
  PERFORM guard.leave();

  -- One receipt at a time: each holds the hash of the one before.
  PERFORM pg_advisory_xact_lock(hashtextextended('azora.purge_receipts', 0));
  SELECT * INTO previous FROM control.purge_receipts r ORDER BY r.sequence DESC LIMIT 1;
  receipt.sequence := coalesce(previous.sequence, 0) + 1;
  receipt.account_id := OLD.id;
  receipt.account_slug := OLD.slug;
  receipt.operator := session_user;
  receipt.purged_at := clock_timestamp();
  receipt.previous_hash := previous.hash;
  SELECT jsonb_object_agg(c.table_id::text, c.rows ORDER BY c.table_id::text), coalesce(sum(c.rows), 0)
  INTO receipt.counts, receipt.total
  FROM (SELECT p.table_id, coalesce(sum(g.rows), 0) AS rows
        FROM guard.tenant_tables() p LEFT JOIN guard.purge_counts g ON g.table_id = p.table_id AND g.account_id = OLD.id
        GROUP BY p.table_id) c;
  receipt.payload := jsonb_build_object(
    'version', 1, 'sequence', receipt.sequence, 'accountId', OLD.id, 'slug', OLD.slug, 'name', OLD.name,
    'reason', OLD.purge_reason, 'operator', receipt.operator, 'purgedAt', receipt.purged_at,
    'counts', receipt.counts, 'total', receipt.total, 'lastAudit', purge.last_audit,
    'schema', control.schema_fingerprint(), 'previousHash', receipt.previous_hash)::text;
  receipt.hash := encode(sha256(convert_to(receipt.payload, 'UTF8')), 'hex');
  INSERT INTO control.purge_receipts SELECT (receipt).*;
  DELETE FROM guard.purge_counts WHERE account_id = OLD.id;
  DELETE FROM guard.purges WHERE account_id = OLD.id;
  RETURN NULL;
END
$$;

-- How many rows a tenant has, by table: what a purge would take. The counting is done in the
-- tenant's context, which the row in guard.purges opens even for a suspended account.
CREATE FUNCTION control.count_rows(p_account uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  protected record;
  counted   bigint;
  counts    jsonb := '{}';
BEGIN
  PERFORM control.lock_account(p_account);
  INSERT INTO guard.purges (account_id) VALUES (p_account);
  PERFORM guard.enter(p_account, 'purge');
  FOR protected IN SELECT p.* FROM guard.tenant_tables() p LOOP
    EXECUTE format('SELECT count(*) FROM %s WHERE %I = $1', protected.table_id, protected.account_column) INTO counted USING p_account;
    counts := counts || jsonb_build_object(protected.table_id::text, counted);
  END LOOP;
  PERFORM guard.leave();
  DELETE FROM guard.purges WHERE account_id = p_account;
  RETURN counts;
END
$$;

-- SHA-256 over columns, constraints and policies of the tenant tables, in hex.
CREATE FUNCTION control.schema_fingerprint() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT encode(sha256(convert_to(string_agg(fact, E'\n' ORDER BY fact), 'UTF8')), 'hex') FROM (
    SELECT format('%s.%s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) AS fact
    FROM pg_attribute a JOIN guard.tenant_tables() p ON p.table_id = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('%s %s', c.conrelid::regclass, pg_get_constraintdef(c.oid))
    FROM pg_constraint c JOIN guard.tenant_tables() p ON p.table_id = c.conrelid WHERE c.contype <> 'n'
    UNION ALL
    SELECT format('%s %s %s', y.polrelid::regclass, pg_get_expr(y.polqual, y.polrelid), pg_get_expr(y.polwithcheck, y.polrelid))
    FROM pg_policy y JOIN guard.tenant_tables() p ON p.table_id = y.polrelid
  ) facts
$$;

CREATE TRIGGER begin_purge BEFORE DELETE ON control.accounts FOR EACH ROW EXECUTE FUNCTION control.begin_purge();
CREATE CONSTRAINT TRIGGER write_receipt AFTER DELETE ON control.accounts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION control.write_receipt();

-- Deletes an account and all it has, in the caller's transaction, and returns the receipt
-- to be signed before the commit.
CREATE FUNCTION control.purge_account(p_account uuid, p_reason text) RETURNS control.purge_receipts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  receipt control.purge_receipts;
BEGIN
  PERFORM control.lock_account(p_account);
  UPDATE control.accounts SET status = 'purging', purge_reason = p_reason WHERE id = p_account;
  DELETE FROM control.accounts WHERE id = p_account;
  SET CONSTRAINTS control.write_receipt IMMEDIATE;
  SELECT * INTO receipt FROM control.purge_receipts r WHERE r.account_id = p_account;
  RETURN receipt;
END
$$;

CREATE FUNCTION control.sign_receipt(p_account uuid, p_key_id text, p_signature text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  UPDATE control.purge_receipts SET key_id = p_key_id, signature = p_signature WHERE account_id = p_account AND signature IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = 'There is no unsigned receipt of this account.';
  END IF;
END
$$;

-- A receipt takes its signature once and then never changes.
CREATE FUNCTION control.keep_receipt() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  IF OLD.signature IS NOT NULL
     OR to_jsonb(OLD) - 'signature' - 'key_id' IS DISTINCT FROM to_jsonb(NEW) - 'signature' - 'key_id' THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'A purge receipt can never change.';
  END IF;
  RETURN NEW;
END
$$;

-- A purge is signed or it doesn't happen. Only what the database's own administrator deletes
-- by hand may do without a key: its receipt stays without a signature, to be seen.
CREATE FUNCTION control.require_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT pg_has_role(session_user, 'azora_owner', 'MEMBER')
     AND EXISTS (SELECT FROM control.purge_receipts r WHERE r.sequence = NEW.sequence AND r.signature IS NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = 'A purge needs a signed receipt.', HINT = 'Use `azora tenant:purge`.';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_receipt BEFORE UPDATE ON control.purge_receipts FOR EACH ROW EXECUTE FUNCTION control.keep_receipt();
CREATE CONSTRAINT TRIGGER require_signature AFTER INSERT ON control.purge_receipts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION control.require_signature();

-- Rights ---------------------------------------------------------------------------------

-- Operators see every account; a tenant sees some columns of its own row.
ALTER TABLE control.accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY control_plane ON control.accounts FOR SELECT TO azora_support USING (true);
CREATE POLICY own_account ON control.accounts FOR SELECT TO azora_runtime USING (id = (SELECT guard.current_account()));
GRANT SELECT (id, slug, name) ON control.accounts TO azora_runtime;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA control FROM PUBLIC;

GRANT SELECT ON control.accounts, control.plans, control.settings TO azora_support;
GRANT SELECT (id, account_id, plan_id, status) ON control.subscriptions TO azora_support;
GRANT EXECUTE ON FUNCTION control.record_attempt(text, control.admin_outcome, uuid, text, jsonb) TO azora_support;

GRANT SELECT ON control.subscriptions TO azora_billing;
GRANT EXECUTE ON FUNCTION control.suspend_account(uuid, text, boolean), control.resume_account(uuid) TO azora_billing;

GRANT SELECT ON control.operators, control.admin_audit_log, control.purge_receipts TO azora_vendor_admin;
GRANT EXECUTE ON FUNCTION
  control.create_account(text, text, text, text, boolean),
  control.count_rows(uuid),
  control.purge_account(uuid, text),
  control.sign_receipt(uuid, text, text)
TO azora_vendor_admin;

DO $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT t.tgrelid::regclass AS of, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'control'::regnamespace AND NOT t.tgisinternal
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', item.of, item.tgname);
  END LOOP;
END
$$;

RESET ROLE;
