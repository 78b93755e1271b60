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
  reason text := NULLIF(current_setting('azora.reason', true), '');
  diff   record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    action := 'tenant.create';
  ELSIF TG_OP = 'DELETE' THEN
    action := 'tenant.purge';
    reason := OLD.purge_reason;
  ELSIF NEW.status = 'purging' THEN
    RETURN NULL; -- the delete that follows is the line
  ELSIF (NEW.held_at IS NULL) <> (OLD.held_at IS NULL) THEN
    action := CASE WHEN NEW.held_at IS NULL THEN 'tenant.release' ELSE 'tenant.hold' END;
    reason := coalesce(NEW.hold_reason, reason);
  ELSIF NEW.status = 'purge_scheduled' AND OLD.status <> 'purge_scheduled' THEN
    action := 'tenant.purge.schedule';
    reason := NEW.purge_reason;
  ELSIF OLD.status = 'purge_scheduled' AND NEW.status <> 'purge_scheduled' THEN
    action := 'tenant.purge.cancel';
  ELSIF NEW.status = 'suspended' AND (OLD.status, OLD.suspension, OLD.suspension_cause) IS DISTINCT FROM (NEW.status, NEW.suspension, NEW.suspension_cause) THEN
    action := 'tenant.suspend';
    reason := NEW.suspension_reason;
  ELSIF NEW.status = 'active' AND OLD.status <> 'active' THEN
    action := CASE OLD.status WHEN 'provisioning' THEN 'tenant.activate' ELSE 'tenant.resume' END;
  ELSE
    action := 'tenant.update';
  END IF;
  diff := guard.changed(coalesce(to_jsonb(OLD), '{}') - 'updated_at', coalesce(to_jsonb(NEW), '{}') - 'updated_at');
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, old_values, new_values, reason)
  VALUES (action, coalesce(NEW.id, OLD.id), coalesce(NEW.slug, OLD.slug),
    CASE WHEN TG_OP = 'DELETE' THEN jsonb_strip_nulls(to_jsonb(OLD)) WHEN TG_OP = 'UPDATE' THEN diff.old_values END,
    CASE WHEN TG_OP = 'INSERT' THEN jsonb_strip_nulls(to_jsonb(NEW)) WHEN TG_OP = 'UPDATE' THEN diff.new_values END,
    reason);
  RETURN NULL;
END
$$;

-- The same for the tables around it: `plans.insert`, `subscriptions.update`, …
CREATE FUNCTION control.audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO control.admin_audit_log (action, account_id, old_values, new_values)
  VALUES (
    TG_TABLE_NAME || '.' || lower(TG_OP),
    (coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'account_id')::uuid,
    jsonb_strip_nulls(to_jsonb(OLD)), jsonb_strip_nulls(to_jsonb(NEW)));
  RETURN NULL;
END
$$;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.accounts FOR EACH ROW EXECUTE FUNCTION control.audit_account();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.plans FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.subscriptions FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.operators FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.settings FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT ON control.purge_approvals FOR EACH ROW EXECUTE FUNCTION control.audit_change();

-- What a client says of its request: for this transaction, and for no more than that. Unlike operator
-- and time these two are claims.
CREATE FUNCTION control.begin_request(p_request text, p_command text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM set_config('azora.request', left(coalesce(p_request, ''), 128), true), set_config('azora.command', left(coalesce(p_command, ''), 64), true);
END
$$;

CREATE FUNCTION control.stamp_request() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  NEW.request_id := NULLIF(current_setting('azora.request', true), '');
  NEW.command := NULLIF(current_setting('azora.command', true), '');
  RETURN NEW;
END
$$;

CREATE TRIGGER request BEFORE INSERT ON control.admin_audit_log FOR EACH ROW EXECUTE FUNCTION control.stamp_request();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON control.admin_audit_log EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON control.purge_receipts EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON control.accounts EXECUTE FUNCTION guard.refuse();

-- What was tried and refused, or failed: written in a transaction of its own after the
-- attempt was rolled back.
CREATE FUNCTION control.record_attempt(p_action text, p_outcome control.admin_outcome, p_account uuid, p_slug text, p_message text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF p_outcome = 'done' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'What was done is logged by doing it.';
  END IF;
  INSERT INTO control.admin_audit_log (action, outcome, account_id, account_slug, message)
  VALUES (p_action, p_outcome, p_account, p_slug, p_message);
END
$$;

-- Lifecycle ------------------------------------------------------------------------------

-- The steps of an account's life, for whoever writes the row: operators come by the functions
-- below, and the database's own administrator may come by hand. Only the administrator may
-- delete past these steps; past a legal hold nobody may.
CREATE FUNCTION control.check_step() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  step constant text := concat_ws(' -> ', CASE WHEN TG_OP <> 'INSERT' THEN OLD.status END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.status END);
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status NOT IN ('provisioning', 'active') THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('A tenant can''t begin as %s.', control.status_words(NEW.status));
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.held_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.status IN ('purging', 'purge_scheduled') AND NEW.status <> OLD.status) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ008',
      MESSAGE = format('The tenant "%s" is under legal hold since %s: %s.', OLD.slug, to_char(OLD.held_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), OLD.hold_reason);
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'purging' AND NOT pg_has_role(session_user, 'azora_owner', 'MEMBER') THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'A tenant is deleted by control.purge_account() alone.';
    END IF;
    RETURN OLD;
  END IF;
  IF NEW.status <> OLD.status AND step NOT IN (
    'provisioning -> active', 'provisioning -> suspended', 'active -> suspended', 'suspended -> active',
    'suspended -> purge_scheduled', 'purge_scheduled -> suspended', 'suspended -> purging', 'purge_scheduled -> purging'
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007',
      MESSAGE = format('The tenant "%s" is %s: it can''t become %s.', OLD.slug, control.status_words(OLD.status), control.status_words(NEW.status)),
      HINT = CASE OLD.status
        WHEN 'active' THEN 'Suspend it first: `azora tenant:suspend`. `azora tenant:purge --now` does both.'
        WHEN 'purge_scheduled' THEN 'Take the purge back first: `azora tenant:purge --cancel`.'
        ELSE 'provisioning, active, suspended, purge scheduled, purged: one step at a time, and back as far as suspended.' END;
  END IF;
  IF NEW.status = 'purging' AND OLD.status <> 'purging' THEN
    PERFORM control.require_approvals(NEW);
  END IF;
  RETURN NEW;
END
$$;

-- A status as people say it.
CREATE FUNCTION control.status_words(status control.account_status) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
  SELECT CASE status WHEN 'purge_scheduled' THEN 'scheduled for its purge' WHEN 'purging' THEN 'purged'
    WHEN 'provisioning' THEN 'still being made' ELSE status::text END
$$;

-- The rule of several persons: the setting `purge.approvals` says how many have to agree, whoever
-- asked for the purge included. Who may approve at all, approve_purge() decides.
CREATE FUNCTION control.require_approvals(account control.accounts) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  needed constant integer := coalesce((SELECT s.value::text::integer FROM control.settings s WHERE s.key = 'purge.approvals'), 1);
  given  constant integer := CASE WHEN account.purge_requested_by IS NULL THEN 0 ELSE 1 END
    + (SELECT count(*) FROM control.purge_approvals p WHERE p.account_id = account.id AND p.operator <> account.purge_requested_by);
BEGIN
  IF needed > 1 AND given < needed THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ009',
      MESSAGE = format('A purge needs %s operators to agree, and for "%s" there are %s.', needed, account.slug, given),
      HINT = CASE WHEN given = 0 THEN 'Ask for it with `azora tenant:purge --after 0d`; another vendor admin then says `azora tenant:approve`.'
        ELSE 'Another vendor admin has to say `azora tenant:approve`.' END;
  END IF;
END
$$;

-- Before control.begin_purge(): triggers fire in the order of their names.
CREATE TRIGGER account_step BEFORE INSERT OR UPDATE OR DELETE ON control.accounts FOR EACH ROW EXECUTE FUNCTION control.check_step();

CREATE FUNCTION control.find_plan(p_code text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  plan uuid;
BEGIN
  SELECT p.id INTO plan FROM control.plans p WHERE p.code = p_code AND p.archived_at IS NULL;
  IF plan IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no plan "%s".', p_code),
      HINT = (SELECT 'Plans: ' || string_agg(p.code, ', ' ORDER BY p.price_minor, p.code) || '.' FROM control.plans p WHERE p.archived_at IS NULL);
  END IF;
  RETURN plan;
END
$$;

-- What every account begins with: the default roles, and its first user as the owner. In the tenant's own
-- context, signed by the database, through the same policies and triggers as the application's rows. One
-- statement, so that each table's policy and trigger are met once.
CREATE FUNCTION control.furnish_account(p_account uuid, p_owner_email text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  owner_role constant uuid := guard.uuid7();
  admin_role constant uuid := guard.uuid7();
  member_role constant uuid := guard.uuid7();
  viewer_role constant uuid := guard.uuid7();
  owner constant uuid := guard.uuid7();
BEGIN
  PERFORM guard.enter(p_account, 'operator:' || session_user);
  WITH roles AS (
    INSERT INTO tenant.roles (account_id, id, name, description) VALUES
      (p_account, owner_role,  'owner',  'Everything, the account itself included'),
      (p_account, admin_role,  'admin',  'People, roles and everything they work on'),
      (p_account, member_role, 'member', 'Works on the records'),
      (p_account, viewer_role, 'viewer', 'Reads')),
  permissions AS (
    INSERT INTO tenant.role_permissions (account_id, role_id, permission) VALUES
      (p_account, owner_role, '*:*'),
      (p_account, admin_role, 'users:*'), (p_account, admin_role, 'roles:*'),
      (p_account, admin_role, 'records:*'), (p_account, admin_role, 'audit_log:read'),
      (p_account, member_role, 'records:read'), (p_account, member_role, 'records:create'), (p_account, member_role, 'records:update'),
      (p_account, viewer_role, 'records:read')),
  people AS (
    INSERT INTO tenant.users (account_id, id, email, name) VALUES (p_account, owner, p_owner_email, split_part(p_owner_email, '@', 1)))
  INSERT INTO tenant.user_roles (account_id, user_id, role_id) VALUES (p_account, owner, owner_role);
  PERFORM guard.leave();
END
$$;

-- Makes accounts whole, as many as there are in the list: rows, subscriptions, default roles, first users. They are
-- active before their rows are made, which nobody sees before all of it is committed. In the order of
-- their slugs, so that two who make the same ones wait for each other and don't lock each other out.
-- p_accounts: [{ slug, name, ownerEmail, plan, region?, metadata? }]
CREATE FUNCTION control.create_accounts(p_accounts jsonb, p_if_not_exists boolean)
RETURNS TABLE (slug text, account_id uuid, created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
#variable_conflict use_column
DECLARE
  made  uuid[];
  taken text;
  item  record;
BEGIN
  PERFORM control.find_plan(w.plan) FROM (SELECT DISTINCT r.plan FROM jsonb_to_recordset(p_accounts) AS r(plan text)) w;
  WITH inserted AS (
    INSERT INTO control.accounts (slug, name, contact_email, region, metadata, status)
    SELECT w.slug, w.name, w."ownerEmail", w.region, coalesce(w.metadata, '{}'), 'provisioning'::control.account_status
    FROM jsonb_to_recordset(p_accounts) AS w(slug text, name text, "ownerEmail" text, region text, metadata jsonb)
    ORDER BY w.slug
    ON CONFLICT (slug) DO NOTHING RETURNING id)
  SELECT coalesce(array_agg(id), '{}') INTO made FROM inserted;

  IF p_if_not_exists IS NOT TRUE THEN
    SELECT w.slug INTO taken
    FROM jsonb_to_recordset(p_accounts) AS w(slug text) JOIN control.accounts a ON a.slug = w.slug
    WHERE a.id <> ALL (made) ORDER BY w.slug LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('The slug "%s" is taken.', taken),
        HINT = 'Choose another --slug, or add --if-not-exists.';
    END IF;
  END IF;

  INSERT INTO control.subscriptions (account_id, plan_id)
  SELECT a.id, p.id
  FROM jsonb_to_recordset(p_accounts) AS w(slug text, plan text)
  JOIN control.accounts a ON a.slug = w.slug JOIN control.plans p ON p.code = w.plan
  WHERE a.id = ANY (made);
  UPDATE control.accounts SET status = 'active', updated_at = clock_timestamp() WHERE id = ANY (made);
  FOR item IN SELECT a.id, a.contact_email FROM control.accounts a WHERE a.id = ANY (made) LOOP
    PERFORM control.furnish_account(item.id, item.contact_email);
  END LOOP;
  RETURN QUERY
    SELECT a.slug, a.id, a.id = ANY (made)
    FROM jsonb_to_recordset(p_accounts) AS w(slug text) JOIN control.accounts a ON a.slug = w.slug;
END
$$;

-- A set of one.
CREATE FUNCTION control.create_account(
  p_slug text, p_name text, p_owner_email text, p_plan text, p_if_not_exists boolean,
  OUT account_id uuid, OUT created boolean)
LANGUAGE sql SET search_path = pg_catalog
AS $$
  SELECT c.account_id, c.created FROM control.create_accounts(
    jsonb_build_array(jsonb_build_object('slug', p_slug, 'name', p_name, 'ownerEmail', p_owner_email, 'plan', p_plan)), p_if_not_exists) c
$$;

CREATE FUNCTION control.set_suspension(p_account uuid, p_reason text, p_read_only boolean, p_cause control.suspension_cause) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
  mode constant control.suspension_mode := CASE WHEN p_read_only THEN 'read_only' ELSE 'full' END::control.suspension_mode;
BEGIN
  account := control.lock_account(p_account);
  IF account.status = 'suspended' AND (account.suspension = mode AND account.suspension_cause = p_cause
      OR account.suspension_cause = 'operator' AND p_cause = 'nonpayment') THEN
    RETURN false;
  ELSIF account.status NOT IN ('provisioning', 'active', 'suspended') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The tenant "%s" is %s: it is suspended already.', account.slug, control.status_words(account.status));
  END IF;
  UPDATE control.accounts SET status = 'suspended', suspension = mode, suspension_cause = p_cause, suspension_reason = p_reason,
    suspended_at = coalesce(suspended_at, clock_timestamp()), updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

-- Stops an account, or leaves it reading only. True when that changed something. An operator's
-- suspension takes the place of one for non-payment, so that no payment ends it.
CREATE FUNCTION control.suspend_account(p_account uuid, p_reason text, p_read_only boolean) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT control.set_suspension(p_account, p_reason, p_read_only, 'operator') $$;

-- The same as far as billing may: an operator's suspension stays an operator's.
CREATE FUNCTION control.suspend_for_nonpayment(p_account uuid, p_reason text, p_read_only boolean) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT control.set_suspension(p_account, p_reason, p_read_only, 'nonpayment') $$;

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
  UPDATE control.accounts SET status = 'active', suspension = NULL, suspension_cause = NULL, suspension_reason = NULL, suspended_at = NULL,
    updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

-- Ends a suspension for non-payment and no other: what billing may.
CREATE FUNCTION control.resume_from_nonpayment(p_account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.suspension_cause = 'operator' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = format('The tenant "%s" was suspended by an operator, not for non-payment.', account.slug),
      HINT = 'A vendor admin can resume it.';
  END IF;
  RETURN control.resume_account(p_account);
END
$$;

-- What the vendor knows of an account. NULL leaves a value as it is; in the metadata a NULL takes a key away.
CREATE FUNCTION control.update_account(
  p_account uuid, p_slug text, p_name text, p_region text, p_metadata jsonb, p_contact_email text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
  wanted  control.accounts;
BEGIN
  account := control.lock_account(p_account);
  wanted := account;
  wanted.slug := coalesce(p_slug, account.slug);
  wanted.name := coalesce(p_name, account.name);
  wanted.contact_email := coalesce(p_contact_email, account.contact_email);
  wanted.region := NULLIF(coalesce(p_region, account.region), '');
  wanted.metadata := jsonb_strip_nulls(account.metadata || coalesce(p_metadata, '{}'));
  IF wanted IS NOT DISTINCT FROM account THEN
    RETURN false;
  END IF;
  IF EXISTS (SELECT FROM control.accounts a WHERE a.slug = wanted.slug AND a.id <> p_account) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('The slug "%s" is taken.', p_slug), HINT = 'Choose another --slug.';
  END IF;
  UPDATE control.accounts SET slug = wanted.slug, name = wanted.name, contact_email = wanted.contact_email,
    region = wanted.region, metadata = wanted.metadata, updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

-- Puts an account on another plan. True when that changed something.
CREATE FUNCTION control.change_plan(p_account uuid, p_plan text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  wanted uuid;
BEGIN
  PERFORM control.lock_account(p_account);
  wanted := control.find_plan(p_plan);
  INSERT INTO control.subscriptions (account_id, plan_id) VALUES (p_account, wanted)
  ON CONFLICT (account_id) DO UPDATE SET plan_id = wanted, updated_at = clock_timestamp() WHERE subscriptions.plan_id <> wanted;
  RETURN FOUND;
END
$$;

-- Puts an account under legal hold: until it is released nobody purges it.
CREATE FUNCTION control.hold_account(p_account uuid, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.held_at IS NOT NULL THEN
    RETURN false;
  END IF;
  UPDATE control.accounts SET held_at = clock_timestamp(), held_by = session_user, hold_reason = p_reason, updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

CREATE FUNCTION control.release_account(p_account uuid, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.held_at IS NULL THEN
    RETURN false;
  END IF;
  PERFORM set_config('azora.reason', coalesce(p_reason, ''), true);
  UPDATE control.accounts SET held_at = NULL, held_by = NULL, hold_reason = NULL, updated_at = clock_timestamp() WHERE id = p_account;
  PERFORM set_config('azora.reason', '', true);
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

-- Asks for a purge in a while: until then it can be taken back. False when it is scheduled already.
CREATE FUNCTION control.schedule_purge(p_account uuid, p_reason text, p_after interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.status = 'purge_scheduled' THEN
    RETURN false;
  END IF;
  IF p_after IS NULL OR p_after < interval '0' OR p_after > interval '10 years' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'A purge is scheduled for a time within ten years.';
  END IF;
  UPDATE control.accounts SET status = 'purge_scheduled', purge_reason = p_reason, purge_requested_by = session_user,
    purge_after = clock_timestamp() + p_after, updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

-- Takes a scheduled purge back: the account is suspended as it was before, and nobody's consent is left.
CREATE FUNCTION control.cancel_purge(p_account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.status <> 'purge_scheduled' THEN
    RETURN false;
  END IF;
  DELETE FROM control.purge_approvals WHERE account_id = p_account;
  UPDATE control.accounts SET status = 'suspended', purge_reason = NULL, purge_requested_by = NULL, purge_after = NULL,
    updated_at = clock_timestamp()
  WHERE id = p_account;
  RETURN true;
END
$$;

-- Who may have known a login's password in the last seven days: its owner, whoever set it, and so
-- on back, since whoever makes a login can make the next one with it.
CREATE FUNCTION control.hands_on(p_login text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  WITH RECURSIVE hands (login) AS (
    SELECT p_login
    UNION
    SELECT o.password_from FROM hands h JOIN control.operators o ON o.login = h.login
    WHERE o.password_from IS NOT NULL AND o.password_at > clock_timestamp() - interval '7 days')
  SELECT h.login FROM hands h
$$;

-- Another operator's consent to a scheduled purge. False when it was given already.
CREATE FUNCTION control.approve_purge(p_account uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
  other   text;
BEGIN
  -- Two who approve at the same moment are to see each other.
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An approval is given in a transaction that is READ COMMITTED.';
  END IF;
  account := control.lock_account(p_account);
  IF account.status <> 'purge_scheduled' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('Nobody asked for a purge of "%s".', account.slug),
      HINT = 'Ask for it with `azora tenant:purge --after`.';
  ELSIF account.purge_requested_by = session_user THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = 'Whoever asked for a purge can''t approve it as well.', HINT = 'Another vendor admin has to.';
  END IF;
  -- One person with two logins is one person.
  SELECT o.login INTO other
  FROM (SELECT account.purge_requested_by AS login UNION ALL SELECT p.operator FROM control.purge_approvals p WHERE p.account_id = p_account) o
  WHERE o.login <> session_user AND EXISTS (SELECT control.hands_on(o.login) INTERSECT SELECT control.hands_on(session_user)) LIMIT 1;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006',
      MESSAGE = format('You and %s may be one person: less than seven days ago somebody knew both passwords.', other),
      HINT = 'Another vendor admin has to approve it.';
  END IF;
  INSERT INTO control.purge_approvals (account_id) VALUES (p_account) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END
$$;

-- What will be gone when the receipt is written: what the account's audit log ended with, and who agreed.
CREATE FUNCTION control.remember_account(p_account uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO guard.purges (account_id) VALUES (p_account) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM guard.enter(p_account, 'purge');
  UPDATE guard.purges SET
    last_audit = (SELECT jsonb_build_object('id', l.id, 'occurredAt', l.occurred_at)
                  FROM tenant.audit_log l WHERE l.account_id = p_account ORDER BY l.id DESC LIMIT 1),
    approved_by = (SELECT coalesce(jsonb_agg(jsonb_build_object('operator', a.operator, 'at', a.approved_at) ORDER BY a.approved_at), '[]')
                   FROM control.purge_approvals a WHERE a.account_id = p_account)
  WHERE account_id = p_account;
  PERFORM guard.leave();
END
$$;

-- Before an account's row goes, whoever deletes it.
CREATE FUNCTION control.begin_purge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.remember_account(OLD.id);
  RETURN OLD;
END
$$;

-- Looks for rows of an account in every table that the catalog knows to hold any. Refuses when one is
-- left; returns the tables that it was not let into, for the receipt to name.
CREATE FUNCTION control.prove_empty(p_account uuid) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item      record;
  left_over bigint;
  unread    jsonb := '[]';
BEGIN
  PERFORM guard.enter(p_account, 'purge');
  FOR item IN SELECT c.* FROM guard.account_columns() c ORDER BY c.table_id::text LOOP
    IF NOT item.readable THEN
      unread := unread || to_jsonb(item.table_id::text);
      CONTINUE;
    END IF;
    EXECUTE format('SELECT count(*) FROM %s WHERE %I = $1', item.table_id, item.account_column) INTO left_over USING p_account;
    IF left_over > 0 THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('The purge would have left %s rows in %s.', left_over, item.table_id),
        HINT = CASE WHEN EXISTS (SELECT FROM guard.tenant_tables() p WHERE p.table_id = item.table_id)
          THEN 'Its foreign key to the accounts doesn''t cascade: `azora isolation:verify` says why.'
          ELSE format('It is no tenant table: SELECT guard.protect(%L, account_column => %L); or delete the rows first.', item.table_id, item.account_column) END;
    END IF;
  END LOOP;
  PERFORM guard.leave();
  RETURN unread;
END
$$;

-- The place of the next link in the chain of receipts and addenda: one at a time, since each holds the
-- hash of the one before.
CREATE FUNCTION control.next_link(OUT sequence bigint, OUT previous_hash text)
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('azora.purge_receipts', 0));
  SELECT l.sequence + 1, l.hash INTO sequence, previous_hash FROM (
    SELECT r.sequence, r.hash FROM control.purge_receipts r UNION ALL SELECT a.sequence, a.hash FROM control.receipt_addenda a) l
  ORDER BY l.sequence DESC LIMIT 1;
  sequence := coalesce(sequence, 1);
END
$$;

-- After the cascade, whoever deleted: proves that nothing is left and writes the receipt.
-- The rows are counted by what the sweep and the triggers saw go; the proof looks again.
CREATE FUNCTION control.write_receipt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  purge   guard.purges;
  unread  jsonb;
  receipt control.purge_receipts;
BEGIN
  SELECT * INTO purge FROM guard.purges WHERE account_id = OLD.id;
  unread := control.prove_empty(OLD.id);
  SELECT l.sequence, l.previous_hash INTO receipt.sequence, receipt.previous_hash FROM control.next_link() l;
  receipt.account_id := OLD.id;
  receipt.account_slug := OLD.slug;
  receipt.operator := session_user;
  receipt.purged_at := clock_timestamp();
  SELECT jsonb_object_agg(c.table_id::text, c.rows ORDER BY c.table_id::text), coalesce(sum(c.rows), 0)
  INTO receipt.counts, receipt.total
  FROM (SELECT p.table_id, coalesce(sum(g.rows), 0) AS rows
        FROM guard.tenant_tables() p LEFT JOIN guard.purge_counts g ON g.table_id = p.table_id AND g.account_id = OLD.id
        GROUP BY p.table_id) c;
  -- Nothing of the customer's: not even the name, which may be a person's.
  receipt.payload := jsonb_build_object(
    'version', 1, 'kind', 'purge', 'sequence', receipt.sequence, 'accountId', OLD.id, 'slug', OLD.slug, 'reason', OLD.purge_reason,
    'requestedBy', OLD.purge_requested_by, 'requestedAt', (
      SELECT max(l.occurred_at) FROM control.admin_audit_log l WHERE l.account_id = OLD.id AND l.action = 'tenant.purge.schedule'),
    'approvedBy', purge.approved_by, 'operator', receipt.operator,
    'startedAt', transaction_timestamp(), 'purgedAt', receipt.purged_at, 'backupsUntil', (
      SELECT receipt.purged_at + make_interval(days => s.value::text::integer) FROM control.settings s WHERE s.key = 'purge.backup_days'),
    'counts', receipt.counts, 'total', receipt.total, 'unread', unread, 'outsideStores', purge.outside_stores,
    -- A checkpoint of the tenant's audit log, once logs have such.
    'lastAudit', purge.last_audit, 'auditCheckpoint', NULL,
    'schema', control.schema_fingerprint(), 'toolVersion', purge.tool_version, 'previousHash', receipt.previous_hash)::text;
  receipt.hash := encode(sha256(convert_to(receipt.payload, 'UTF8')), 'hex');
  INSERT INTO control.purge_receipts SELECT (receipt).*;
  DELETE FROM guard.purge_counts WHERE account_id = OLD.id;
  DELETE FROM guard.purges WHERE account_id = OLD.id;
  RETURN NULL;
END
$$;

-- How many rows a tenant has by table, and their bytes: as they are stored, indexes and headers of
-- pages aside. PostgreSQL has no sizes a tenant, so it looks at each row, in the tenant's
-- context, which the row in guard.purges opens even for a suspended account; what comes out are
-- sums. Whoever asks is logged. The key's share keeps the account there and lets it be worked in.
CREATE FUNCTION control.account_statistics(p_account uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  protected  record;
  slug       text;
  size       text;
  found_rows bigint;
  bytes      bigint;
  statistics jsonb := '{}';
BEGIN
  SELECT a.slug INTO slug FROM control.accounts a WHERE a.id = p_account FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no account %s.', p_account);
  END IF;
  INSERT INTO guard.purges (account_id) VALUES (p_account);
  PERFORM guard.enter(p_account, 'statistics');
  FOR protected IN SELECT p.* FROM guard.tenant_tables() p LOOP
    -- 24: a row's header. Column by column, so that a long value is measured where it lies.
    SELECT string_agg(format('+ coalesce(pg_column_size(t.%I), 0)', a.attname), ' ') INTO size
    FROM pg_attribute a WHERE a.attrelid = protected.table_id AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format('SELECT count(*), coalesce(sum(24 %s), 0) FROM %s t WHERE %I = $1', size, protected.table_id, protected.account_column)
      INTO found_rows, bytes USING p_account;
    statistics := statistics || jsonb_build_object(protected.table_id::text, jsonb_build_object('rows', found_rows, 'bytes', bytes));
  END LOOP;
  PERFORM guard.leave();
  DELETE FROM guard.purges WHERE account_id = p_account;
  INSERT INTO control.admin_audit_log (action, account_id, account_slug) VALUES ('tenant.stats', p_account, slug);
  RETURN statistics;
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

-- The last step before the row goes. p_now skips what gives time to think: an active account is
-- suspended on the way, a scheduled one isn't waited for.
CREATE FUNCTION control.begin_purging(p_account uuid, p_now boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
BEGIN
  account := control.lock_account(p_account);
  IF account.held_at IS NULL AND account.status IN ('provisioning', 'active') AND p_now IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The tenant "%s" is %s: a purge begins with a suspended one.', account.slug, control.status_words(account.status)),
      HINT = 'Suspend it first (`azora tenant:suspend`), or pass --now.';
  ELSIF account.held_at IS NULL AND account.purge_after > clock_timestamp() AND p_now IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007',
      MESSAGE = format('The purge of "%s" is scheduled for %s UTC.', account.slug, to_char(account.purge_after AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')),
      HINT = 'Pass --now to purge it before that, or --cancel to keep it.';
  END IF;
  IF account.status IN ('provisioning', 'active') THEN
    UPDATE control.accounts SET status = 'suspended', suspension = 'full', suspension_cause = 'operator', suspension_reason = 'purge',
      suspended_at = clock_timestamp() WHERE id = p_account;
  END IF;
  UPDATE control.accounts SET status = 'purging' WHERE id = p_account;
END
$$;

-- Refuses what a purge would refuse at its beginning, and changes nothing: to be asked before a person is.
CREATE FUNCTION control.check_purge(p_account uuid, p_now boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.begin_purging(p_account, p_now);
  RAISE EXCEPTION USING ERRCODE = 'AZ099';
EXCEPTION WHEN SQLSTATE 'AZ099' THEN
  NULL; -- what was done up to here is undone
END
$$;

-- Begins a purge in the caller's transaction: from here on nobody adds to the account. Returns the tables
-- that control.sweep_table() may empty; what isn't swept, the cascade takes.
CREATE FUNCTION control.open_purge(p_account uuid, p_reason text, p_now boolean) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.begin_purging(p_account, p_now);
  UPDATE control.accounts SET purge_reason = coalesce(p_reason, purge_reason), purge_requested_by = coalesce(purge_requested_by, session_user)
  WHERE id = p_account;
  PERFORM control.remember_account(p_account);
  RETURN QUERY SELECT t::text FROM guard.sweep_tables() t;
END
$$;

-- One table of a purge that this transaction has begun. Returns how many rows went.
CREATE FUNCTION control.sweep_table(p_account uuid, p_table text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  target regclass;
BEGIN
  IF NOT EXISTS (SELECT FROM control.accounts a JOIN guard.purges p ON p.account_id = a.id
                 WHERE a.id = p_account AND a.status = 'purging' AND p.transaction_id = pg_current_xact_id()) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'No purge of this account has begun.', HINT = 'Use `azora tenant:purge`.';
  END IF;
  SELECT t INTO target FROM guard.sweep_tables() t WHERE t::text = p_table;
  IF target IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s is not swept, but left to the cascade.', p_table);
  END IF;
  RETURN guard.sweep(p_account, target);
END
$$;

-- Ends a purge: the cascade, the proof, and the receipt, to be signed before the commit. What the
-- caller says of outside stores, [{ name, state, reference }], it answers for; NULL is: nobody said.
CREATE FUNCTION control.close_purge(p_account uuid, p_tool_version text, p_outside_stores jsonb) RETURNS control.purge_receipts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  receipt control.purge_receipts;
BEGIN
  UPDATE guard.purges SET tool_version = left(p_tool_version, 64), outside_stores = (
    SELECT jsonb_agg(jsonb_build_object('name', s ->> 'name', 'state', s ->> 'state', 'reference', s ->> 'reference') ORDER BY s ->> 'name')
    FROM jsonb_array_elements(p_outside_stores) s)
  WHERE account_id = p_account AND transaction_id = pg_current_xact_id();
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'No purge of this account has begun.', HINT = 'Use `azora tenant:purge`.';
  ELSIF EXISTS (SELECT FROM jsonb_array_elements(p_outside_stores) s WHERE (s ->> 'state' IN ('done', 'pending', 'not configured')) IS NOT TRUE) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An outside store is done, pending or not configured.';
  END IF;
  DELETE FROM control.accounts WHERE id = p_account;
  SET CONSTRAINTS control.write_receipt IMMEDIATE;
  SELECT * INTO receipt FROM control.purge_receipts r WHERE r.account_id = p_account ORDER BY r.sequence DESC LIMIT 1;
  RETURN receipt;
END
$$;

-- A purge is closed in the transaction that opened it: nothing is swept without cascade, proof and receipt.
CREATE FUNCTION control.require_close() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NEW.status = 'purging' AND EXISTS (SELECT FROM control.accounts a WHERE a.id = NEW.id) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'A purge that was opened is closed in the same transaction.', HINT = 'Use `azora tenant:purge`.';
  END IF;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER require_close AFTER UPDATE ON control.accounts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION control.require_close();

-- All of a purge in one call, for SQL by hand: nobody says what became of outside stores.
CREATE FUNCTION control.purge_account(p_account uuid, p_reason text, p_now boolean DEFAULT false) RETURNS control.purge_receipts
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  receipt control.purge_receipts;
BEGIN
  PERFORM control.sweep_table(p_account, t) FROM control.open_purge(p_account, p_reason, p_now) t;
  SELECT * INTO receipt FROM control.close_purge(p_account, NULL, NULL);
  RETURN receipt;
END
$$;

-- Receipts -------------------------------------------------------------------------------

-- Says that an outside store, pending when the account was purged, has nothing of it any more: a link of
-- its own in the chain, to be signed before the commit, since a receipt never changes. `p_how`: `removed`
-- by azora, or `stated` by the operator.
CREATE FUNCTION control.complete_store(p_receipt bigint, p_store text, p_how text, p_note text, p_tool_version text) RETURNS control.receipt_addenda
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  receipt control.purge_receipts;
  store   jsonb;
  link    control.receipt_addenda;
BEGIN
  SELECT * INTO receipt FROM control.purge_receipts r WHERE r.sequence = p_receipt;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no receipt %s.', p_receipt), HINT = '`azora receipt:list` shows them all.';
  END IF;
  SELECT s INTO store FROM jsonb_array_elements(nullif(receipt.payload::jsonb -> 'outsideStores', 'null')) s WHERE s ->> 'name' = p_store;
  IF store ->> 'state' IS DISTINCT FROM 'pending' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('Nothing was pending in %s when receipt %s was written.', p_store, p_receipt);
  ELSIF p_how IS NULL OR p_how NOT IN ('removed', 'stated') OR p_how = 'stated' AND coalesce(trim(p_note), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'A store is completed by having removed what was there, or by saying who did.';
  END IF;
  SELECT l.sequence, l.previous_hash INTO link.sequence, link.previous_hash FROM control.next_link() l;
  IF EXISTS (SELECT FROM control.receipt_addenda a WHERE a.receipt_sequence = p_receipt AND a.store = p_store) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('%s is completed already in receipt %s.', p_store, p_receipt);
  END IF;
  link.receipt_sequence := p_receipt;
  link.store := p_store;
  link.operator := session_user;
  link.stated_at := clock_timestamp();
  link.payload := jsonb_build_object(
    'version', 1, 'kind', 'store', 'sequence', link.sequence, 'receipt', p_receipt, 'receiptHash', receipt.hash, 'accountId', receipt.account_id,
    'store', p_store, 'reference', store ->> 'reference', 'how', p_how, 'note', p_note, 'operator', link.operator,
    'statedAt', link.stated_at, 'toolVersion', left(p_tool_version, 64), 'previousHash', link.previous_hash)::text;
  link.hash := encode(sha256(convert_to(link.payload, 'UTF8')), 'hex');
  INSERT INTO control.receipt_addenda SELECT (link).*;
  RETURN link;
END
$$;

-- A receipt or an addendum takes its signature once, by a key that is published.
CREATE FUNCTION control.sign_receipt(p_sequence bigint, p_key_id text, p_signature text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM control.settings s WHERE s.key = 'signing_key.' || p_key_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('The key %s is not published in this database.', p_key_id),
      HINT = 'Sign with the key that `azora init` made.';
  END IF;
  UPDATE control.purge_receipts SET key_id = p_key_id, signature = p_signature WHERE sequence = p_sequence AND signature IS NULL;
  IF FOUND THEN
    RETURN;
  END IF;
  UPDATE control.receipt_addenda SET key_id = p_key_id, signature = p_signature WHERE sequence = p_sequence AND signature IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('There is no unsigned receipt %s.', p_sequence);
  END IF;
END
$$;

-- What is signed never changes.
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

-- A purge is signed or it doesn't happen, and so is an addendum. Only what the database's own
-- administrator deletes by hand may do without a key: its receipt stays without a signature, to be seen.
CREATE FUNCTION control.require_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  is_signed boolean;
BEGIN
  EXECUTE format('SELECT signature IS NOT NULL FROM %s WHERE sequence = $1', TG_RELID::regclass) INTO is_signed USING NEW.sequence;
  IF NOT is_signed AND NOT pg_has_role(session_user, 'azora_owner', 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = 'A purge needs a signed receipt.', HINT = 'Use `azora tenant:purge`.';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_receipt BEFORE UPDATE ON control.purge_receipts FOR EACH ROW EXECUTE FUNCTION control.keep_receipt();
CREATE CONSTRAINT TRIGGER require_signature AFTER INSERT ON control.purge_receipts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION control.require_signature();
CREATE TRIGGER audit AFTER INSERT ON control.receipt_addenda FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON control.receipt_addenda EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER keep_receipt BEFORE UPDATE ON control.receipt_addenda FOR EACH ROW EXECUTE FUNCTION control.keep_receipt();
CREATE CONSTRAINT TRIGGER require_signature AFTER INSERT ON control.receipt_addenda DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION control.require_signature();

-- Operators ------------------------------------------------------------------------------

-- There is always a vendor admin who doesn't expire. The lock makes two who disable each other at
-- the same moment take turns, in any isolation level.
CREATE FUNCTION control.keep_vendor_admin() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM FROM control.operators o WHERE o.role = 'vendor_admin' AND o.disabled_at IS NULL AND o.expires_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'This is the last vendor admin without an expiry.',
      HINT = 'Make another one first: `azora operator:create`.';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_vendor_admin AFTER UPDATE OR DELETE ON control.operators FOR EACH STATEMENT EXECUTE FUNCTION control.keep_vendor_admin();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON control.operators EXECUTE FUNCTION guard.refuse();

-- Who is asking: the one thing that every operator may know of operators.
CREATE FUNCTION control.who_am_i(OUT login text, OUT role control.operator_role, OUT expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$ SELECT session_user::text, o.role, o.expires_at FROM (VALUES (1)) one LEFT JOIN control.operators o ON o.login = session_user $$;

-- Rights ---------------------------------------------------------------------------------

-- Operators see every account; a tenant sees some columns of its own row.
ALTER TABLE control.accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY control_plane ON control.accounts FOR SELECT TO azora_support USING (true);
CREATE POLICY own_account ON control.accounts FOR SELECT TO azora_runtime USING (id = (SELECT guard.current_account()));
GRANT SELECT (id, slug, name) ON control.accounts TO azora_runtime;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA control FROM PUBLIC;

GRANT SELECT ON control.accounts, control.plans TO azora_support;
GRANT SELECT (id, account_id, plan_id, status) ON control.subscriptions TO azora_support;
GRANT EXECUTE ON FUNCTION control.record_attempt(text, control.admin_outcome, uuid, text, text) TO azora_support;

GRANT EXECUTE ON FUNCTION control.who_am_i(), control.begin_request(text, text) TO azora_support;

GRANT SELECT ON control.subscriptions TO azora_billing;
GRANT EXECUTE ON FUNCTION
  control.change_plan(uuid, text),
  control.suspend_for_nonpayment(uuid, text, boolean),
  control.resume_from_nonpayment(uuid)
TO azora_billing;

GRANT SELECT ON control.operators, control.settings, control.admin_audit_log, control.purge_receipts, control.receipt_addenda, control.purge_approvals TO azora_vendor_admin;
GRANT EXECUTE ON FUNCTION
  control.create_accounts(jsonb, boolean),
  control.create_account(text, text, text, text, boolean),
  control.update_account(uuid, text, text, text, jsonb, text),
  control.suspend_account(uuid, text, boolean),
  control.resume_account(uuid),
  control.hold_account(uuid, text),
  control.release_account(uuid, text),
  control.account_statistics(uuid),
  control.schedule_purge(uuid, text, interval),
  control.cancel_purge(uuid),
  control.approve_purge(uuid),
  control.check_purge(uuid, boolean),
  control.open_purge(uuid, text, boolean),
  control.sweep_table(uuid, text),
  control.close_purge(uuid, text, jsonb),
  control.purge_account(uuid, text, boolean),
  control.complete_store(bigint, text, text, text, text),
  control.sign_receipt(bigint, text, text)
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

-- Logins ---------------------------------------------------------------------------------

-- What makes and changes logins belongs to the registrar, which can do nothing else: it owns no
-- table, reads no account, and reaches control.operators and no other.
GRANT SELECT, INSERT, UPDATE ON control.operators TO azora_registrar;
GRANT CREATE ON SCHEMA control TO azora_registrar;
RESET ROLE;
SET ROLE azora_registrar;

CREATE FUNCTION control.group_of(p_role control.operator_role) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
AS $$ SELECT 'azora_' || p_role::text $$;

-- A password never comes here: what does is checked to be a verifier (RFC 7677), so that none is stored by mistake.
CREATE FUNCTION control.check_verifier(p_verifier text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog
AS $$
BEGIN
  IF p_verifier !~ '^SCRAM-SHA-256[$][0-9]+:[A-Za-z0-9+/=]+[$][A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'This is no SCRAM-SHA-256 verifier.';
  END IF;
END
$$;

-- Puts a login that is there into a group and into the list. False when it was there already.
-- Granted to nobody: `azora init` does it.
CREATE FUNCTION control.enroll_operator(p_login text, p_role control.operator_role, p_expires_at timestamptz DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT pg_has_role(p_login, control.group_of(p_role), 'MEMBER') THEN
    EXECUTE format('GRANT %I TO %I', control.group_of(p_role), p_login);
  END IF;
  INSERT INTO control.operators (login, role, expires_at) VALUES (p_login, p_role, p_expires_at) ON CONFLICT (login) DO NOTHING;
  RETURN FOUND;
END
$$;

-- Makes an operator. Only names that are nobody's: roles belong to the whole cluster, and one that
-- is there may be an application's or another installation's.
CREATE FUNCTION control.create_operator(p_login text, p_role control.operator_role, p_verifier text, p_expires_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.check_verifier(p_verifier);
  IF p_login IS NULL OR p_login !~ '^[a-z_][a-z0-9_]{0,62}$' OR p_login ~ '^pg_' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('"%s" can''t be a login.', p_login);
  ELSIF p_expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An operator expires in the future.';
  ELSIF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = p_login) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('The login "%s" exists in this cluster already.', p_login), HINT = 'Choose another name.';
  END IF;
  EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L VALID UNTIL %L',
    p_login, p_verifier, coalesce(p_expires_at, 'infinity'));
  PERFORM control.enroll_operator(p_login, p_role, p_expires_at);
  IF p_verifier IS NOT NULL THEN
    UPDATE control.operators SET password_from = session_user, password_at = clock_timestamp() WHERE login = p_login;
  END IF;
END
$$;

-- The operator's line, locked.
CREATE FUNCTION control.lock_operator(p_login text) RETURNS control.operators
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  operator control.operators;
BEGIN
  SELECT * INTO operator FROM control.operators WHERE login = p_login FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no operator "%s".', p_login), HINT = '`azora operator:list` shows them all.';
  END IF;
  RETURN operator;
END
$$;

-- Takes an operator out of all three groups: open sessions lose their rights with it.
CREATE FUNCTION control.take_groups(p_login text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  item text;
BEGIN
  FOREACH item IN ARRAY ARRAY['azora_vendor_admin', 'azora_billing', 'azora_support'] LOOP
    IF EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = item::regrole AND m.member = p_login::regrole) THEN
      EXECUTE format('REVOKE %I FROM %I', item, p_login);
    END IF;
  END LOOP;
  IF pg_has_role(p_login, 'azora_support', 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('"%s" was put into its group by the database''s administrator, who alone can take it out.', p_login),
      HINT = '`--print-sql` prints what the administrator has to run.';
  END IF;
END
$$;

-- Gives an operator another role. False when that is the role already.
CREATE FUNCTION control.grant_operator(p_login text, p_role control.operator_role) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  operator control.operators;
BEGIN
  operator := control.lock_operator(p_login);
  IF operator.disabled_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The operator "%s" is disabled.', p_login), HINT = 'Make a new one: `azora operator:create`.';
  ELSIF operator.role = p_role THEN
    RETURN false;
  END IF;
  PERFORM control.take_groups(p_login);
  EXECUTE format('GRANT %I TO %I', control.group_of(p_role), p_login);
  UPDATE control.operators SET role = p_role WHERE login = p_login;
  RETURN true;
END
$$;

-- A new password: a vendor admin's to give to anybody, everybody's own to change. A new expiry is a
-- vendor admin's alone.
CREATE FUNCTION control.rotate_operator(p_login text, p_verifier text, p_expires_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  operator control.operators;
  is_admin constant boolean := pg_has_role(session_user, 'azora_vendor_admin', 'MEMBER');
BEGIN
  PERFORM control.check_verifier(p_verifier);
  IF NOT is_admin AND (p_login <> session_user OR p_expires_at IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = 'Only your own password is yours to change.', HINT = 'Ask a vendor admin.';
  END IF;
  operator := control.lock_operator(p_login);
  IF operator.disabled_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The operator "%s" is disabled.', p_login), HINT = 'Make a new one: `azora operator:create`.';
  ELSIF p_expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An operator expires in the future.';
  END IF;
  EXECUTE format('ALTER ROLE %I PASSWORD %L', p_login, p_verifier);
  IF p_expires_at IS NOT NULL THEN
    EXECUTE format('ALTER ROLE %I VALID UNTIL %L', p_login, p_expires_at);
  END IF;
  UPDATE control.operators SET
    expires_at = coalesce(p_expires_at, expires_at),
    password_from = CASE WHEN login = session_user THEN password_from ELSE session_user END,
    password_at = CASE WHEN login = session_user THEN password_at ELSE clock_timestamp() END
  WHERE login = p_login;
END
$$;

-- Shuts an operator out for good. False when that was done already.
CREATE FUNCTION control.disable_operator(p_login text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  operator control.operators;
BEGIN
  operator := control.lock_operator(p_login);
  IF operator.disabled_at IS NOT NULL THEN
    RETURN false;
  END IF;
  PERFORM control.take_groups(p_login);
  EXECUTE format('ALTER ROLE %I NOLOGIN', p_login);
  UPDATE control.operators SET disabled_at = clock_timestamp() WHERE login = p_login;
  RETURN true;
END
$$;

RESET ROLE;
REVOKE CREATE ON SCHEMA control FROM azora_registrar;
SET ROLE azora_registrar;
REVOKE ALL ON FUNCTION control.group_of(control.operator_role), control.check_verifier(text), control.lock_operator(text), control.take_groups(text),
  control.enroll_operator(text, control.operator_role, timestamptz), control.create_operator(text, control.operator_role, text, timestamptz),
  control.grant_operator(text, control.operator_role), control.rotate_operator(text, text, timestamptz), control.disable_operator(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control.create_operator(text, control.operator_role, text, timestamptz),
  control.grant_operator(text, control.operator_role), control.disable_operator(text) TO azora_vendor_admin;
GRANT EXECUTE ON FUNCTION control.rotate_operator(text, text, timestamptz) TO azora_support;
RESET ROLE;
