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

-- The same for the tables around it: `plans.insert`, `subscriptions.update`, … That somebody looked is no change.
CREATE FUNCTION control.audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'seen_at' = to_jsonb(NEW) - 'seen_at' THEN
    RETURN NULL;
  END IF;
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
CREATE TRIGGER audit AFTER INSERT ON control.key_handovers FOR EACH ROW EXECUTE FUNCTION control.audit_change();

-- A key that signs contexts came or goes: which one and when, and nothing that signs.
CREATE FUNCTION control.audit_context_key() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO control.admin_audit_log (action, old_values, new_values)
  VALUES ('context_keys.' || lower(TG_OP), to_jsonb(OLD) - '{inner_pad,outer_pad}'::text[], to_jsonb(NEW) - '{inner_pad,outer_pad}'::text[]);
  RETURN NULL;
END
$$;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON guard.context_keys FOR EACH ROW EXECUTE FUNCTION control.audit_context_key();

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
-- Behind `request`: triggers fire in the order of their names, and what that one fills in is hashed too.
CREATE TRIGGER row_hash BEFORE INSERT ON control.admin_audit_log FOR EACH ROW EXECUTE FUNCTION guard.hash_admin_audit();
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON control.admin_audit_log EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER retained_only BEFORE DELETE ON control.admin_audit_log EXECUTE FUNCTION guard.refuse_unretained();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON control.admin_audit_checkpoints EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON control.admin_audit_retentions EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON control.purge_receipts EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON control.key_handovers EXECUTE FUNCTION guard.refuse();
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
  -- Nobody is purged because he hasn't paid: somebody has to want it, and to say why.
  IF NEW.status IN ('purge_scheduled', 'purging') AND OLD.status = 'suspended' AND NEW.suspension_cause = 'nonpayment' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The tenant "%s" is suspended for non-payment: that purges nobody.', OLD.slug),
      HINT = 'A vendor admin who wants it gone takes the suspension over first: `azora tenant:suspend --reason`.';
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
    PERFORM control.require_approvals(NEW), control.require_export(NEW);
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

-- With the setting `purge.require_export` at "yes" nobody is purged whose data were not taken home: a finished export
-- that has seen the last change.
CREATE FUNCTION control.require_export(account control.accounts) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  exported boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM control.settings s WHERE s.key = 'purge.require_export' AND s.value = '"yes"') THEN
    RETURN;
  END IF;
  exported := guard.is_exported(account.id);
  IF exported IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007',
      MESSAGE = format(CASE WHEN exported IS NULL THEN 'A purge needs a finished export first, and of "%s" there is none.'
        ELSE 'A purge needs a finished export of everything, and "%s" was changed since the last.' END, account.slug),
      HINT = format('`azora tenant:export %s --out FILE`; one that is suspended has to be readable (`azora tenant:suspend --read-only`).', account.slug);
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
BEGIN
  PERFORM guard.enter(p_account, 'operator:' || session_user);
  WITH roles AS (
    INSERT INTO tenant.roles (account_id, name, description) SELECT p_account, d.name, d.description FROM guard.default_roles d RETURNING id, name),
  permissions AS (
    INSERT INTO tenant.role_permissions (account_id, role_id, permission)
    SELECT p_account, r.id, p FROM roles r JOIN guard.default_roles d USING (name) CROSS JOIN unnest(d.permissions) p),
  people AS (
    INSERT INTO tenant.users (account_id, email, name) VALUES (p_account, p_owner_email, split_part(p_owner_email, '@', 1)) RETURNING id)
  INSERT INTO tenant.user_roles (account_id, user_id, role_id) SELECT p_account, u.id, r.id FROM people u, roles r WHERE r.name = 'owner';
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
    PERFORM control.subscribe_account(item.id);
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
  IF (wanted.name, wanted.slug) <> (account.name, account.slug) AND control.has_customer(p_account) THEN
    PERFORM control.add_billing_step('customer.update', p_account);
  END IF;
  RETURN true;
END
$$;

-- Puts an account on another plan. True when that changed something. The moment of the proration is the one that was
-- shown before, in seconds since 1970, so that what is billed is what was agreed to.
CREATE FUNCTION control.change_plan(p_account uuid, p_plan text, p_proration_date bigint DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  account control.accounts;
  wanted  uuid;
BEGIN
  account := control.lock_account(p_account);
  wanted := control.find_plan(p_plan);
  INSERT INTO control.subscriptions (account_id, plan_id) VALUES (p_account, wanted)
  ON CONFLICT (account_id) DO UPDATE SET plan_id = wanted, updated_at = clock_timestamp() WHERE subscriptions.plan_id <> wanted;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF control.billing_intent(p_account) IN ('active', 'paused') THEN
    PERFORM control.add_billing_step('subscription.change', p_account, NULL, jsonb_build_object('plan', wanted, 'prorationDate', p_proration_date));
  ELSIF account.status = 'active' THEN
    PERFORM control.subscribe_account(p_account);
  END IF;
  RETURN true;
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
    last_checkpoint = (SELECT c.hash FROM tenant.audit_checkpoints c WHERE c.account_id = p_account ORDER BY c.sequence DESC LIMIT 1),
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
    'lastAudit', purge.last_audit, 'auditCheckpoint', purge.last_checkpoint,
    -- The archive that was taken home last, if any was.
    'export', (SELECT jsonb_build_object('manifest', e.manifest, 'finishedAt', e.finished_at)
               FROM guard.exports e WHERE e.account_id = OLD.id ORDER BY e.finished_at DESC LIMIT 1),
    'schema', control.schema_fingerprint(), 'toolVersion', purge.tool_version, 'previousHash', receipt.previous_hash)::text;
  receipt.hash := encode(sha256(convert_to(receipt.payload, 'UTF8')), 'hex');
  INSERT INTO control.purge_receipts SELECT (receipt).*;
  DELETE FROM guard.purge_counts WHERE account_id = OLD.id;
  DELETE FROM guard.seals WHERE log = OLD.id;
  DELETE FROM guard.exports WHERE account_id = OLD.id;
  DELETE FROM guard.audit_exports WHERE log = OLD.id;
  DELETE FROM guard.retentions WHERE log = OLD.id;
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

-- What signs is published here, and hasn't handed over yet. Whether the signature is good, the database can't tell.
CREATE FUNCTION control.require_signing_key(p_key_id text, p_signature text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  ended timestamptz;
BEGIN
  IF p_signature IS NULL OR NOT EXISTS (SELECT FROM control.settings s WHERE s.key = 'signing_key.' || p_key_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('The key %s is not published in this database.', p_key_id),
      HINT = 'Sign with the key that `azora init` made.';
  END IF;
  SELECT min(h.until) INTO ended FROM control.key_handovers h WHERE h.old_key = p_key_id;
  IF ended <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012',
      MESSAGE = format('The key %s signs nothing more since %s.', p_key_id, to_char(ended AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"')),
      HINT = 'Use the key that took its place: `azora key:list` says which.';
  END IF;
END
$$;

-- A receipt or an addendum takes its signature once, by a key that is published.
CREATE FUNCTION control.sign_receipt(p_sequence bigint, p_key_id text, p_signature text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.require_signing_key(p_key_id, p_signature);
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

-- Settings -------------------------------------------------------------------------------

-- The settings that there are: what each is until somebody says otherwise, and what it takes,
-- a number from the smallest to the largest or one of the words.
CREATE FUNCTION control.known_settings() RETURNS TABLE (key text, initial jsonb, smallest integer, largest integer, words text[])
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
AS $$
  VALUES
    ('purge.approvals', '1'::jsonb, 1, 10, NULL::text[]),
    ('purge.backup_days', NULL, 0, 3650, NULL),
    ('purge.require_export', '"no"', NULL, NULL, ARRAY['no', 'yes']),
    ('billing.days_until_due', '14', 1, 365, NULL),
    ('billing.grace_days', '14', 0, 365, NULL),
    ('billing.read_only_days', '14', 0, 365, NULL),
    ('billing.customer_after_purge', '"keep"', NULL, NULL, ARRAY['keep', 'delete'])
$$;

-- Whoever writes a setting: it is what the functions that read it take. That fewer have to agree to a
-- purge, or that it needs no export, is the database's owner's to say: a vendor admin could otherwise
-- do alone what takes two.
CREATE FUNCTION control.check_setting() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  known record;
BEGIN
  SELECT * INTO known FROM control.known_settings() k WHERE k.key = NEW.key;
  IF NOT FOUND THEN
    RETURN NEW; -- a published key
  END IF;
  IF known.words IS NULL AND (NEW.value::text !~ '^[0-9]{1,9}$' OR NEW.value::text::integer NOT BETWEEN known.smallest AND known.largest) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s is a whole number from %s to %s.', NEW.key, known.smallest, known.largest);
  ELSIF known.words IS NOT NULL AND (NEW.value #>> '{}' = ANY (known.words)) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s is one of: %s.', NEW.key, array_to_string(known.words, ', '));
  END IF;
  IF TG_OP = 'UPDATE' AND NOT pg_has_role(session_user, 'azora_owner', 'MEMBER')
     AND (NEW.key = 'purge.approvals' AND NEW.value::text::integer < OLD.value::text::integer
       OR NEW.key = 'purge.require_export' AND OLD.value = '"yes"' AND NEW.value <> OLD.value) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = format('Only the database''s owner lowers %s, which is %s.', NEW.key, OLD.value #>> '{}'),
      HINT = 'The same with --as-owner and AZORA_OWNER_URL.';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON control.settings FOR EACH ROW EXECUTE FUNCTION control.check_setting();

CREATE FUNCTION control.list_settings() RETURNS TABLE (key text, value jsonb, initial jsonb, updated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT k.key, coalesce(s.value, k.initial), k.initial, s.updated_at
  FROM control.known_settings() k LEFT JOIN control.settings s ON s.key = k.key ORDER BY k.key
$$;

-- Gives a setting a value. False when that is the value already.
CREATE FUNCTION control.set_setting(p_key text, p_value jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  -- One at a time, so that the last one is held against what the one before has left.
  LOCK TABLE control.settings IN SHARE ROW EXCLUSIVE MODE;
  IF NOT EXISTS (SELECT FROM control.known_settings() k WHERE k.key = p_key) THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no setting "%s".', p_key), HINT = '`azora settings:list` shows them all.';
  ELSIF EXISTS (SELECT FROM control.list_settings() l WHERE l.key = p_key AND l.value = p_value) THEN
    RETURN false;
  END IF;
  INSERT INTO control.settings (key, value) VALUES (p_key, p_value)
  ON CONFLICT (key) DO UPDATE SET value = p_value, updated_at = clock_timestamp();
  RETURN true;
END
$$;

-- Billing --------------------------------------------------------------------------------

-- Which Stripe account bills, refused to a key of the other mode: a test key never reaches a live
-- tenant, nor the other way round. What is mirrored refers to the same mode by foreign keys.
CREATE FUNCTION control.require_stripe(p_livemode boolean) RETURNS control.stripe_connection
LANGUAGE plpgsql STABLE SET search_path = pg_catalog
AS $$
DECLARE
  connection control.stripe_connection;
BEGIN
  SELECT * INTO connection FROM control.stripe_connection;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = 'This installation is not connected to Stripe.', HINT = '`azora billing:connect` connects it.';
  ELSIF connection.livemode IS DISTINCT FROM p_livemode THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ006',
      MESSAGE = format('Tenants here are billed in Stripe''s %s mode; this key is of the other one.', CASE WHEN connection.livemode THEN 'live' ELSE 'test' END),
      HINT = 'Use the key of that mode.';
  END IF;
  RETURN connection;
END
$$;

-- Writes down what must happen at Stripe, in the transaction of the change that asks for it. Without
-- Stripe nothing has to happen there. What names its objects already is fixed at once: a purge
-- takes away where they are looked up.
CREATE FUNCTION control.add_billing_step(p_kind text, p_account uuid, p_plan uuid DEFAULT NULL, p_detail jsonb DEFAULT '{}', p_dedup text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  connection control.stripe_connection;
  step       control.billing_steps;
BEGIN
  SELECT * INTO connection FROM control.stripe_connection;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  step.id := nextval('control.billing_steps_id_seq');
  INSERT INTO control.billing_steps (id, kind, account_id, plan_id, detail, dedup_key, idempotency_key)
  VALUES (step.id, p_kind, p_account, p_plan, p_detail, p_dedup, format('%s-%s-0', connection.installation_id, step.id))
  ON CONFLICT (dedup_key) DO NOTHING RETURNING * INTO step;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF p_kind IN ('subscription.cancel', 'customer.delete') THEN
    UPDATE control.billing_steps SET request = control.billing_request(step) WHERE id = step.id;
  END IF;
  RETURN true;
END
$$;

-- All that a step's request is made of; NULL while something that it needs isn't there yet.
CREATE FUNCTION control.billing_request(step control.billing_steps) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT found.request || jsonb_build_object('installation', c.installation_id)
  FROM control.stripe_connection c, LATERAL (
    SELECT jsonb_build_object('account', a.id, 'slug', a.slug, 'name', a.name, 'email', a.contact_email) AS request
    FROM control.accounts a WHERE step.kind = 'customer.create' AND a.id = step.account_id
    UNION ALL
    SELECT jsonb_build_object('customer', k.stripe_id, 'slug', a.slug, 'name', a.name, 'email', a.contact_email)
    FROM control.accounts a JOIN control.stripe_customers k ON k.account_id = a.id WHERE step.kind = 'customer.update' AND a.id = step.account_id
    UNION ALL
    SELECT jsonb_build_object('customer', coalesce(step.detail ->> 'customer', k.stripe_id))
    FROM (VALUES (step.account_id)) one(account_id) LEFT JOIN control.stripe_customers k ON k.account_id = one.account_id
    WHERE step.kind = 'customer.delete' AND coalesce(step.detail ->> 'customer', k.stripe_id) IS NOT NULL
    UNION ALL
    SELECT jsonb_build_object('account', k.account_id, 'customer', k.stripe_id, 'price', p.stripe_price_id, 'plan', p.code, 'trialDays', p.trial_days,
      'collectionMethod', coalesce(s.collection_method, CASE WHEN p.price_minor = 0 OR p.trial_days > 0 THEN 'charge_automatically' ELSE 'send_invoice' END),
      'daysUntilDue', coalesce((SELECT (t.value #>> '{}')::integer FROM control.settings t WHERE t.key = 'billing.days_until_due'), 14))
    FROM control.stripe_customers k JOIN control.plans p ON p.id = (step.detail ->> 'plan')::uuid AND p.stripe_price_id IS NOT NULL
      JOIN control.subscriptions s ON s.account_id = k.account_id
    WHERE step.kind = 'subscription.create' AND k.account_id = step.account_id
    UNION ALL
    SELECT jsonb_build_object('subscription', s.stripe_id, 'price', coalesce(step.detail ->> 'price', p.stripe_price_id), 'plan', p.code,
      'prorationDate', step.detail -> 'prorationDate')
    FROM control.subscriptions s JOIN control.plans p ON p.id = (step.detail ->> 'plan')::uuid AND p.stripe_price_id IS NOT NULL
    WHERE step.kind = 'subscription.change' AND s.account_id = step.account_id AND s.stripe_id IS NOT NULL
    UNION ALL
    SELECT jsonb_build_object('subscription', s.stripe_id) || step.detail || jsonb_build_object(
      'daysUntilDue', coalesce((SELECT (t.value #>> '{}')::integer FROM control.settings t WHERE t.key = 'billing.days_until_due'), 14))
    FROM control.subscriptions s WHERE step.kind = 'subscription.collect' AND s.account_id = step.account_id AND s.stripe_id IS NOT NULL
    UNION ALL
    SELECT jsonb_build_object('subscription', coalesce(step.detail ->> 'subscription', s.stripe_id))
    FROM (VALUES (step.account_id)) one(account_id) LEFT JOIN control.subscriptions s ON s.account_id = one.account_id
    WHERE step.kind IN ('subscription.pause', 'subscription.resume', 'subscription.cancel')
      AND coalesce(step.detail ->> 'subscription', s.stripe_id) IS NOT NULL
    UNION ALL
    SELECT step.detail || jsonb_build_object('customer', k.stripe_id)
    FROM control.stripe_customers k WHERE step.kind = 'usage.report' AND k.account_id = step.account_id
    UNION ALL
    SELECT jsonb_build_object('code', p.code, 'name', p.name, 'amount', p.price_minor, 'currency', lower(p.currency), 'interval', p.interval)
    FROM control.plans p WHERE step.kind IN ('plan.push', 'plan.archive') AND p.id = step.plan_id
  ) found
$$;

-- What an account's subscription will be at Stripe when all steps are done: none, active, paused or canceled.
CREATE FUNCTION control.billing_intent(p_account uuid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT coalesce(
    (SELECT CASE b.kind WHEN 'subscription.pause' THEN 'paused' WHEN 'subscription.cancel' THEN 'canceled' ELSE 'active' END
     FROM control.billing_steps b
     WHERE b.account_id = p_account AND b.state IN ('pending', 'failed') AND NOT b.detail ? 'subscription'
       AND b.kind IN ('subscription.create', 'subscription.pause', 'subscription.resume', 'subscription.cancel')
     ORDER BY b.id DESC LIMIT 1),
    (SELECT CASE WHEN s.stripe_id IS NULL THEN 'none' WHEN s.status IN ('canceled', 'incomplete_expired') THEN 'canceled'
       WHEN s.paused_at IS NOT NULL THEN 'paused' ELSE 'active' END
     FROM control.subscriptions s WHERE s.account_id = p_account),
    'none')
$$;

-- Whether an account has a customer at Stripe, or will have one when all steps are done.
CREATE FUNCTION control.has_customer(p_account uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT EXISTS (SELECT FROM control.stripe_customers c WHERE c.account_id = p_account)
    OR EXISTS (SELECT FROM control.billing_steps b WHERE b.account_id = p_account AND b.kind = 'customer.create' AND b.state IN ('pending', 'failed'))
$$;

-- Asks for a customer, if there is none, and a subscription to the account's plan.
CREATE FUNCTION control.subscribe_account(p_account uuid) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  IF NOT control.has_customer(p_account) THEN
    PERFORM control.add_billing_step('customer.create', p_account);
  END IF;
  RETURN control.add_billing_step('subscription.create', p_account, NULL,
    (SELECT jsonb_build_object('plan', s.plan_id) FROM control.subscriptions s WHERE s.account_id = p_account));
END
$$;

-- What becomes of an account's billing, beside what becomes of the account: `keep` leaves it, `pause`
-- makes its invoices void until `resume`, `cancel` ends it at once. True when that asks something of Stripe.
CREATE FUNCTION control.set_billing(p_account uuid, p_mode text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  intent text;
BEGIN
  PERFORM control.lock_account(p_account);
  intent := control.billing_intent(p_account);
  IF p_mode = 'pause' AND intent = 'active' THEN
    RETURN control.add_billing_step('subscription.pause', p_account);
  ELSIF p_mode = 'resume' AND intent = 'paused' THEN
    RETURN control.add_billing_step('subscription.resume', p_account);
  ELSIF p_mode = 'resume' AND intent IN ('none', 'canceled') THEN
    RETURN control.subscribe_account(p_account);
  ELSIF p_mode = 'cancel' AND intent IN ('active', 'paused') THEN
    -- What wasn't begun isn't needed any more; what Stripe has refused is known not to be done.
    UPDATE control.billing_steps SET state = 'dropped', finished_at = clock_timestamp()
    WHERE account_id = p_account AND kind ~ '^(subscription|customer)[.]' AND (state = 'failed' OR state = 'pending' AND attempts = 0);
    RETURN control.billing_intent(p_account) IN ('active', 'paused') AND control.add_billing_step('subscription.cancel', p_account);
  ELSIF p_mode NOT IN ('keep', 'pause', 'resume', 'cancel') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('"%s" is no billing mode.', p_mode), HINT = 'keep, pause, resume, cancel.';
  END IF;
  RETURN false;
END
$$;

-- Before a purge: the subscription ends, and with the setting `billing.customer_after_purge` at "delete" the customer is deleted.
CREATE FUNCTION control.end_billing(p_account uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.set_billing(p_account, 'cancel');
  IF EXISTS (SELECT FROM control.settings s WHERE s.key = 'billing.customer_after_purge' AND s.value = '"delete"')
     AND EXISTS (SELECT FROM control.stripe_customers c WHERE c.account_id = p_account)
     AND NOT EXISTS (SELECT FROM control.billing_steps b WHERE b.account_id = p_account AND b.kind = 'customer.delete' AND b.state IN ('pending', 'failed')) THEN
    PERFORM control.add_billing_step('customer.delete', p_account);
  END IF;
END
$$;

-- How a subscription is paid: by the card on file, or by an invoice that is sent.
CREATE FUNCTION control.set_collection(p_livemode boolean, p_account uuid, p_method text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.require_stripe(p_livemode), control.lock_account(p_account);
  IF EXISTS (SELECT FROM control.subscriptions s WHERE s.account_id = p_account AND s.collection_method = p_method)
     OR control.billing_intent(p_account) NOT IN ('active', 'paused') THEN
    RETURN false;
  END IF;
  RETURN control.add_billing_step('subscription.collect', p_account, NULL, jsonb_build_object('collectionMethod', p_method));
END
$$;

-- Ties this installation to a Stripe account, for good: from here on each change writes its steps. What is
-- there already is brought to Stripe: every plan, then every tenant. False when it was connected so before.
CREATE FUNCTION control.connect_billing(p_stripe_account text, p_livemode boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  connection control.stripe_connection;
BEGIN
  INSERT INTO control.stripe_connection (stripe_account, livemode) VALUES (p_stripe_account, p_livemode) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    connection := control.require_stripe(p_livemode);
    IF connection.stripe_account <> p_stripe_account THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ006', MESSAGE = format('Tenants here are billed by the Stripe account %s.', connection.stripe_account),
        HINT = 'Use a key of that account.';
    END IF;
    RETURN false;
  END IF;
  PERFORM control.add_billing_step('plan.push', NULL, p.id) FROM (SELECT * FROM control.plans WHERE archived_at IS NULL ORDER BY code) p;
  PERFORM control.subscribe_account(a.id) FROM (SELECT * FROM control.accounts WHERE status IN ('provisioning', 'active') ORDER BY created_at, id) a;
  RETURN true;
END
$$;

-- A step nobody else works on, fixed before its first attempt, with a lease on it. The steps of one account or
-- plan come in order, so one that is stuck keeps those after it. No row when there is nothing to do.
CREATE FUNCTION control.claim_billing_step(p_livemode boolean, p_worker text, p_lease interval, p_account uuid DEFAULT NULL) RETURNS SETOF control.billing_steps
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  step control.billing_steps;
BEGIN
  PERFORM control.require_stripe(p_livemode);
  SELECT b.* INTO step FROM control.billing_steps b
  WHERE b.state = 'pending' AND b.next_attempt_at <= clock_timestamp() AND (b.lease_until IS NULL OR b.lease_until < clock_timestamp())
    AND (p_account IS NULL OR b.account_id = p_account OR b.plan_id IS NOT NULL)
    AND NOT EXISTS (SELECT FROM control.billing_steps e WHERE e.account_id = b.account_id AND e.id < b.id AND e.state IN ('pending', 'failed'))
    AND NOT EXISTS (SELECT FROM control.billing_steps e WHERE e.plan_id = b.plan_id AND e.id < b.id AND e.state IN ('pending', 'failed'))
    AND (b.request IS NOT NULL OR control.billing_request(b) IS NOT NULL)
  ORDER BY b.id LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    RETURN QUERY UPDATE control.billing_steps b SET
      request = coalesce(step.request, control.billing_request(step)), attempts = step.attempts + 1,
      first_attempt_at = coalesce(step.first_attempt_at, clock_timestamp()), last_attempt_at = clock_timestamp(),
      leased_by = p_worker, lease_until = clock_timestamp() + p_lease
    WHERE b.id = step.id RETURNING b.*;
  END IF;
END
$$;

-- A step as its worker holds it, locked; refused when somebody else has it by now.
CREATE FUNCTION control.leased_billing_step(p_step bigint, p_worker text) RETURNS control.billing_steps
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  step control.billing_steps;
BEGIN
  SELECT * INTO step FROM control.billing_steps WHERE id = p_step AND state = 'pending' AND leased_by = p_worker FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('Another process has taken over step %s.', p_step);
  END IF;
  RETURN step;
END
$$;

-- A step is done: what Stripe answered is mirrored in the same transaction.
CREATE FUNCTION control.finish_billing_step(p_step bigint, p_worker text, p_result jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  step control.billing_steps;
  live boolean;
BEGIN
  step := control.leased_billing_step(p_step, p_worker);
  SELECT c.livemode INTO live FROM control.stripe_connection c;
  IF step.kind = 'plan.push' THEN
    UPDATE control.plans SET stripe_product_id = p_result ->> 'product', stripe_price_id = p_result ->> 'price', livemode = live WHERE id = step.plan_id;
  ELSIF step.kind = 'customer.create' THEN
    INSERT INTO control.stripe_customers (account_id, stripe_id, livemode)
    SELECT a.id, p_result ->> 'customer', live FROM control.accounts a WHERE a.id = step.account_id;
  ELSIF step.kind = 'customer.delete' THEN
    DELETE FROM control.stripe_customers WHERE account_id = step.account_id AND stripe_id = p_result ->> 'customer';
  ELSIF step.kind = 'subscription.create' THEN
    UPDATE control.subscriptions SET stripe_id = p_result -> 'subscription' ->> 'id', livemode = live, seen_at = NULL,
      past_due_since = NULL, grace_until = NULL WHERE account_id = step.account_id;
  END IF;
  IF p_result ? 'subscription' THEN
    PERFORM control.mirror_subscription(live, p_result -> 'subscription', step.last_attempt_at);
  END IF;
  UPDATE control.billing_steps SET state = 'done', result = p_result, finished_at = clock_timestamp(),
    leased_by = NULL, lease_until = NULL, last_error = NULL WHERE id = p_step;
END
$$;

-- A step isn't done. `p_final`: Stripe has refused it, and asking again would change nothing. `p_new_key`: Stripe has
-- kept its answer under this key; whoever comes next looks whether it was done, and asks under another one.
-- Returns when it is tried again; NULL for never.
CREATE FUNCTION control.fail_billing_step(p_step bigint, p_worker text, p_error text, p_final boolean, p_new_key boolean) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  step control.billing_steps;
BEGIN
  step := control.leased_billing_step(p_step, p_worker);
  UPDATE control.billing_steps SET
    state = CASE WHEN p_final THEN 'failed' ELSE 'pending' END::control.billing_step_state,
    idempotency_key = CASE WHEN p_final OR p_new_key THEN regexp_replace(idempotency_key, '[0-9]+$', attempts::text) ELSE idempotency_key END,
    last_error = left(p_error, 2000), leased_by = NULL, lease_until = NULL,
    next_attempt_at = clock_timestamp() + least(interval '10 seconds' * 2 ^ least(attempts - 1, 10), interval '1 hour')
  WHERE id = p_step RETURNING * INTO step;
  RETURN CASE WHEN NOT p_final THEN step.next_attempt_at END;
END
$$;

-- Has what failed, and what waits, tried again at once; a request that Stripe refused is made anew. How many those are.
CREATE FUNCTION control.retry_billing_steps(p_account uuid DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  retried integer;
BEGIN
  UPDATE control.billing_steps SET next_attempt_at = clock_timestamp(),
    request = CASE WHEN state = 'failed' AND kind NOT IN ('subscription.cancel', 'customer.delete') THEN NULL ELSE request END, state = 'pending'
  WHERE (state = 'failed' OR state = 'pending' AND next_attempt_at > clock_timestamp()) AND (p_account IS NULL OR account_id = p_account OR plan_id IS NOT NULL);
  GET DIAGNOSTICS retried = ROW_COUNT;
  RETURN retried;
END
$$;

-- What Stripe says of a subscription: `id`, `status`, `unpaid`, `item`, `price`, `collectionMethod`, `paused`, and in seconds
-- since 1970 `periodStart`, `periodEnd`, `cancelAt`, `canceledAt`. Seen at a time of the database's clock, before Stripe
-- was asked: what is older than what is there changes nothing. True when that changed something.
CREATE FUNCTION control.mirror_subscription(p_livemode boolean, p_state jsonb, p_seen_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  subscription control.subscriptions;
  seen         control.subscriptions;
BEGIN
  PERFORM control.require_stripe(p_livemode);
  -- The account before its subscription, as everybody locks them: a payment resumes it.
  PERFORM FROM control.accounts a JOIN control.subscriptions s ON s.account_id = a.id WHERE s.stripe_id = p_state ->> 'id' FOR NO KEY UPDATE OF a;
  SELECT * INTO subscription FROM control.subscriptions WHERE stripe_id = p_state ->> 'id' FOR UPDATE;
  IF NOT FOUND OR subscription.seen_at > p_seen_at THEN
    RETURN false;
  END IF;
  seen := subscription;
  seen.status := (p_state ->> 'status')::control.subscription_status;
  seen.stripe_item_id := p_state ->> 'item';
  seen.stripe_price_id := p_state ->> 'price';
  seen.collection_method := p_state ->> 'collectionMethod';
  seen.current_period_start := to_timestamp((p_state ->> 'periodStart')::bigint);
  seen.current_period_end := to_timestamp((p_state ->> 'periodEnd')::bigint);
  seen.cancel_at := to_timestamp((p_state ->> 'cancelAt')::bigint);
  seen.canceled_at := to_timestamp((p_state ->> 'canceledAt')::bigint);
  seen.paused_at := CASE WHEN (p_state ->> 'paused')::boolean THEN coalesce(subscription.paused_at, clock_timestamp()) END;
  seen.past_due_since := CASE WHEN (p_state ->> 'unpaid')::boolean THEN coalesce(subscription.past_due_since, clock_timestamp()) END;
  seen.grace_until := CASE WHEN seen.past_due_since IS NOT NULL THEN subscription.grace_until END;
  IF seen IS NOT DISTINCT FROM subscription THEN
    UPDATE control.subscriptions SET seen_at = p_seen_at WHERE id = seen.id;
    RETURN false;
  END IF;
  UPDATE control.subscriptions SET status = seen.status, stripe_item_id = seen.stripe_item_id, stripe_price_id = seen.stripe_price_id,
    collection_method = seen.collection_method, current_period_start = seen.current_period_start, current_period_end = seen.current_period_end,
    cancel_at = seen.cancel_at, canceled_at = seen.canceled_at, paused_at = seen.paused_at, past_due_since = seen.past_due_since,
    grace_until = seen.grace_until, seen_at = p_seen_at, updated_at = clock_timestamp() WHERE id = seen.id;
  RETURN true;
END
$$;

-- Puts right what drifted, by asking it of Stripe again: `no-customer`, `no-subscription`, `other-plan`, `other-price` (back to the
-- one that was seen last), and `stray` for what Stripe has and the database hasn't. True when that asks something of Stripe.
CREATE FUNCTION control.repair_billing(p_livemode boolean, p_account uuid, p_class text, p_object text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  detail jsonb;
BEGIN
  PERFORM control.require_stripe(p_livemode);
  IF p_class = 'stray' THEN
    -- What is being made right now is no stray: first who is at work, then what is known.
    IF EXISTS (SELECT FROM control.billing_steps b WHERE b.account_id = p_account AND b.state IN ('pending', 'failed') AND b.kind ~ 'create$') THEN
      RETURN false;
    ELSIF EXISTS (SELECT FROM control.subscriptions s WHERE s.stripe_id = p_object) OR EXISTS (SELECT FROM control.stripe_customers c WHERE c.stripe_id = p_object) THEN
      RETURN false;
    END IF;
    -- Once and no second time: the object's id is what makes it the same.
    RETURN control.add_billing_step(CASE WHEN p_object ~ '^cus_' THEN 'customer.delete' ELSE 'subscription.cancel' END, p_account, NULL,
      jsonb_build_object(CASE WHEN p_object ~ '^cus_' THEN 'customer' ELSE 'subscription' END, p_object), 'stray:' || p_object);
  END IF;
  PERFORM control.lock_account(p_account);
  IF EXISTS (SELECT FROM control.billing_steps b WHERE b.account_id = p_account AND b.state IN ('pending', 'failed')) THEN
    RETURN false;
  ELSIF p_class IN ('other-plan', 'other-price') THEN
    SELECT jsonb_build_object('plan', s.plan_id) || CASE p_class WHEN 'other-price' THEN jsonb_build_object('price', s.stripe_price_id) ELSE '{}' END
    INTO detail FROM control.subscriptions s WHERE s.account_id = p_account;
    RETURN control.add_billing_step('subscription.change', p_account, NULL, detail);
  ELSIF p_class IN ('no-customer', 'no-subscription') THEN
    DELETE FROM control.stripe_customers WHERE account_id = p_account AND p_class = 'no-customer';
    RETURN control.subscribe_account(p_account);
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('"%s" is no drift that is repaired so.', p_class);
END
$$;

-- Tells Stripe of usage. The word that the caller has for it makes it the same however often it is told: false then.
CREATE FUNCTION control.report_usage(p_livemode boolean, p_account uuid, p_meter text, p_value bigint, p_at timestamptz, p_word text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  wanted constant jsonb := jsonb_build_object('meter', p_meter, 'value', p_value, 'at', extract(epoch FROM date_trunc('second', p_at))::bigint,
    'identifier', encode(sha256(convert_to(concat_ws(E'\n', p_account, p_meter, p_word), 'UTF8')), 'hex'));
  before jsonb;
BEGIN
  PERFORM control.require_stripe(p_livemode), control.lock_account(p_account);
  IF control.add_billing_step('usage.report', p_account, NULL, wanted, 'usage:' || (wanted ->> 'identifier')) THEN
    RETURN true;
  END IF;
  SELECT b.detail INTO before FROM control.billing_steps b WHERE b.dedup_key = 'usage:' || (wanted ->> 'identifier');
  IF before IS DISTINCT FROM wanted THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('Usage "%s" was told already, with other values: %s at %s.', p_word, before ->> 'value', to_timestamp((before ->> 'at')::bigint)),
      HINT = 'Another --id tells more usage.';
  END IF;
  RETURN false;
END
$$;

-- Plans. What they cost at Stripe follows by a step; whoever has a price already keeps it.
CREATE FUNCTION control.create_plan(p_code text, p_name text, p_price_minor integer, p_currency text, p_interval text, p_trial_days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  plan uuid;
BEGIN
  INSERT INTO control.plans (code, name, price_minor, currency, "interval", trial_days)
  VALUES (p_code, p_name, p_price_minor, upper(p_currency), p_interval, coalesce(p_trial_days, 0)) ON CONFLICT (code) DO NOTHING RETURNING id INTO plan;
  IF plan IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ011', MESSAGE = format('There is a plan "%s" already.', p_code), HINT = '`azora plan:update` changes it.';
  END IF;
  PERFORM control.add_billing_step('plan.push', NULL, plan);
END
$$;

-- NULL leaves a value as it is. Currency and interval never change: that is another plan.
CREATE FUNCTION control.update_plan(p_code text, p_name text, p_price_minor integer, p_trial_days integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  plan constant uuid := control.find_plan(p_code);
BEGIN
  UPDATE control.plans p SET name = coalesce(p_name, p.name), price_minor = coalesce(p_price_minor, p.price_minor), trial_days = coalesce(p_trial_days, p.trial_days)
  WHERE p.id = plan AND (p.name, p.price_minor, p.trial_days)
    IS DISTINCT FROM (coalesce(p_name, p.name), coalesce(p_price_minor, p.price_minor), coalesce(p_trial_days, p.trial_days));
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM control.add_billing_step('plan.push', NULL, plan);
  RETURN true;
END
$$;

-- Takes a plan out of sale; whoever has it keeps it. False when that was so already.
CREATE FUNCTION control.archive_plan(p_code text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  plan control.plans;
BEGIN
  SELECT * INTO plan FROM control.plans p WHERE p.code = p_code FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no plan "%s".', p_code), HINT = '`azora plan:list` shows them all.';
  ELSIF plan.archived_at IS NOT NULL THEN
    RETURN false;
  END IF;
  UPDATE control.plans SET archived_at = clock_timestamp() WHERE id = plan.id;
  PERFORM control.add_billing_step('plan.archive', NULL, plan.id);
  RETURN true;
END
$$;

-- Brings a plan to Stripe again, as it is here.
CREATE FUNCTION control.push_plan(p_livemode boolean, p_code text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.require_stripe(p_livemode);
  RETURN control.add_billing_step('plan.push', NULL, control.find_plan(p_code));
END
$$;

-- An event of Stripe's, once, with what its subscription is by now: the event itself may be late. One about a subscription
-- that nobody here has is looked at again when it comes again, since whoever makes one writes it down a moment later.
-- Returns `changed`, `unchanged`, `unknown` or `duplicate`.
CREATE FUNCTION control.apply_stripe_event(
  p_livemode boolean, p_id text, p_type text, p_object text, p_occurred_at timestamptz, p_state jsonb, p_seen_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  result text := 'unknown';
BEGIN
  PERFORM control.require_stripe(p_livemode);
  INSERT INTO control.stripe_events AS e (id, type, object_id, livemode, occurred_at, outcome)
  VALUES (p_id, p_type, p_object, p_livemode, p_occurred_at, result)
  ON CONFLICT (id) DO UPDATE SET outcome = result WHERE e.outcome = 'unknown';
  IF NOT FOUND THEN
    RETURN 'duplicate';
  END IF;
  IF EXISTS (SELECT FROM control.subscriptions s WHERE s.stripe_id = p_state ->> 'id') THEN
    result := CASE WHEN control.mirror_subscription(p_livemode, p_state, p_seen_at) THEN 'changed' ELSE 'unchanged' END;
    UPDATE control.stripe_events SET outcome = result WHERE id = p_id;
  END IF;
  RETURN result;
END
$$;

-- Where to go on in the list of events. Stripe keeps them for 30 days: when nobody has read the list to its end for as
-- long, some may be lost, and that stays written down until everything was compared.
CREATE FUNCTION control.begin_event_pull(p_livemode boolean) RETURNS control.stripe_event_cursor
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  place control.stripe_event_cursor;
BEGIN
  INSERT INTO control.stripe_event_cursor (read_at) SELECT c.connected_at FROM control.require_stripe(p_livemode) c ON CONFLICT DO NOTHING;
  UPDATE control.stripe_event_cursor SET missed_since = coalesce(missed_since, read_at) WHERE read_at < clock_timestamp() - interval '30 days';
  DELETE FROM control.stripe_events WHERE received_at < clock_timestamp() - interval '90 days';
  SELECT * INTO place FROM control.stripe_event_cursor;
  RETURN place;
END
$$;

-- Everything up to an event is done. At its new end the list isn't quite in order, so the next look begins where one was
-- ten minutes ago or more; what it meets again is known. `p_read_at`: when the list was asked for, if this is its end.
CREATE FUNCTION control.move_event_cursor(p_livemode boolean, p_event text, p_read_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.require_stripe(p_livemode);
  UPDATE control.stripe_event_cursor SET event_id = head_id, head_id = p_event, head_at = clock_timestamp()
  WHERE p_event IS NOT NULL AND (head_at IS NULL OR head_at < clock_timestamp() - interval '10 minutes');
  UPDATE control.stripe_event_cursor SET read_at = p_read_at WHERE read_at < p_read_at;
END
$$;

-- Everything was compared with Stripe: nothing is missed any more.
CREATE FUNCTION control.settle_missed_events(p_livemode boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM control.require_stripe(p_livemode);
  UPDATE control.stripe_event_cursor SET missed_since = NULL WHERE missed_since IS NOT NULL;
  RETURN FOUND;
END
$$;

-- Days as a setting gives them.
CREATE FUNCTION control.days_of(p_setting text, p_default integer) RETURNS interval
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$ SELECT make_interval(days => coalesce((SELECT s.value::text::integer FROM control.settings s WHERE s.key = p_setting), p_default)) $$;

-- Who owes, and what comes next and from when on: `grace`, the time that is given, then `read-only`, then `suspend`, then
-- nothing. Whom an operator has suspended is not in it.
CREATE FUNCTION control.nonpayment_steps()
RETURNS TABLE (account_id uuid, slug text, stripe_id text, past_due_since timestamptz, grace_until timestamptz, step text, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT a.id, a.slug, s.stripe_id, s.past_due_since, s.grace_until, next.step, next.due_at
  FROM control.subscriptions s JOIN control.accounts a ON a.id = s.account_id, LATERAL (
    SELECT 'grace', s.past_due_since WHERE s.grace_until IS NULL
    UNION ALL
    SELECT 'read-only', s.grace_until WHERE s.grace_until IS NOT NULL AND a.status = 'active'
    UNION ALL
    SELECT 'suspend', a.suspended_at + control.days_of('billing.read_only_days', 14) WHERE s.grace_until IS NOT NULL AND a.suspension = 'read_only'
    UNION ALL
    SELECT NULL, NULL WHERE s.grace_until IS NOT NULL AND a.suspension = 'full'
  ) next(step, due_at)
  WHERE s.stripe_id IS NOT NULL AND s.past_due_since IS NOT NULL
    AND (a.status = 'active' OR a.status = 'suspended' AND a.suspension_cause = 'nonpayment')
$$;

-- Takes the step that is due, if it is the one that was meant and Stripe has said within the last minutes that it is not
-- paid. False when it isn't due, or not any more. Whom an operator has suspended it doesn't reach.
CREATE FUNCTION control.enforce_nonpayment(p_livemode boolean, p_account uuid, p_step text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  due record;
BEGIN
  PERFORM control.require_stripe(p_livemode), control.lock_account(p_account);
  SELECT n.* INTO due FROM control.nonpayment_steps() n JOIN control.subscriptions s ON s.account_id = n.account_id
  WHERE n.account_id = p_account AND n.step = p_step AND n.due_at <= clock_timestamp() AND s.seen_at > clock_timestamp() - interval '15 minutes';
  IF NOT FOUND THEN
    RETURN false;
  ELSIF p_step = 'grace' THEN
    UPDATE control.subscriptions SET grace_until = past_due_since + control.days_of('billing.grace_days', 14), updated_at = clock_timestamp()
    WHERE account_id = p_account;
    RETURN true;
  END IF;
  RETURN control.set_suspension(p_account, format('not paid since %s', to_char(due.past_due_since AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
    p_step = 'read-only', 'nonpayment');
END
$$;

-- A subscription that is paid again ends what non-payment began and nothing else, in the transaction of whoever saw it.
CREATE FUNCTION control.resume_paid() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NEW.status IN ('active', 'trialing') AND OLD.status NOT IN ('active', 'trialing')
     AND EXISTS (SELECT FROM control.accounts a WHERE a.id = NEW.account_id AND a.status = 'suspended' AND a.suspension_cause = 'nonpayment') THEN
    PERFORM set_config('azora.reason', 'paid', true);
    PERFORM control.resume_from_nonpayment(NEW.account_id);
    PERFORM set_config('azora.reason', '', true);
  END IF;
  RETURN NULL;
END
$$;

-- How a step ended, whoever ended it; that it was asked for is in the lines of the change itself.
CREATE FUNCTION control.audit_billing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  IF NEW.state <> OLD.state AND NEW.state <> 'pending' THEN
    INSERT INTO control.admin_audit_log (action, outcome, account_id, account_slug, old_values, new_values, message)
    VALUES ('billing.' || NEW.kind, CASE NEW.state WHEN 'failed' THEN 'failed' ELSE 'done' END::control.admin_outcome, NEW.account_id,
      (SELECT a.slug FROM control.accounts a WHERE a.id = NEW.account_id),
      jsonb_build_object('step', NEW.id, 'attempts', NEW.attempts, 'askedBy', NEW.created_by),
      jsonb_strip_nulls(jsonb_build_object('state', NEW.state, 'result', NEW.result)), NEW.last_error);
  END IF;
  RETURN NULL;
END
$$;

-- With an account goes what was asked for it, but for what ends its billing: that names nothing but Stripe's
-- objects. Of the others it stays known that there were such, and not what was asked, which held names and addresses.
CREATE FUNCTION control.drop_billing_steps() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  UPDATE control.billing_steps SET state = 'dropped', finished_at = clock_timestamp(), leased_by = NULL, lease_until = NULL
  WHERE account_id = OLD.id AND state IN ('pending', 'failed') AND (kind NOT IN ('subscription.cancel', 'customer.delete') OR request IS NULL);
  UPDATE control.billing_steps SET request = NULL, result = NULL, last_error = NULL WHERE account_id = OLD.id AND state IN ('done', 'dropped');
  RETURN OLD;
END
$$;

CREATE TRIGGER audit AFTER UPDATE ON control.billing_steps FOR EACH ROW EXECUTE FUNCTION control.audit_billing();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.stripe_connection FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON control.stripe_customers FOR EACH ROW EXECUTE FUNCTION control.audit_change();
CREATE TRIGGER resume_paid AFTER UPDATE ON control.subscriptions FOR EACH ROW EXECUTE FUNCTION control.resume_paid();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON control.billing_steps EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER drop_billing_steps BEFORE DELETE ON control.accounts FOR EACH ROW EXECUTE FUNCTION control.drop_billing_steps();

-- Seals ----------------------------------------------------------------------------------

-- Opens one account's rows to the function that calls this, whatever its status, until end_visit(): nothing of them
-- may come out but numbers and hashes. The key's share keeps the account there and lets it be worked in.
CREATE FUNCTION control.begin_visit(p_account uuid, p_actor text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM FROM control.accounts a WHERE a.id = p_account FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = format('There is no account %s.', p_account);
  END IF;
  INSERT INTO guard.purges (account_id) VALUES (p_account);
  PERFORM guard.enter(p_account, p_actor);
END
$$;

CREATE FUNCTION control.end_visit(p_account uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM guard.leave();
  DELETE FROM guard.purges WHERE account_id = p_account;
END
$$;

-- One who seals at a time: each checkpoint holds the hash of the one before.
CREATE FUNCTION control.lock_seal(p_log uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog
AS $$ SELECT pg_advisory_xact_lock(hashtextextended('azora.seal.' || p_log, 0)) $$;

-- The checkpoints of a log from a number on, as they were signed; for NULL the last one.
CREATE FUNCTION control.list_checkpoints(p_account uuid, p_from bigint)
RETURNS TABLE (sequence bigint, payload text, hash text, key_id text, signature text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
#variable_conflict use_column
BEGIN
  IF p_account IS NULL THEN
    RETURN QUERY SELECT c.sequence, c.payload, c.hash, c.key_id, c.signature FROM control.admin_audit_checkpoints c
      WHERE c.sequence >= coalesce(p_from, (SELECT max(m.sequence) FROM control.admin_audit_checkpoints m)) ORDER BY c.sequence;
    RETURN;
  END IF;
  PERFORM control.begin_visit(p_account, 'seal');
  RETURN QUERY SELECT c.sequence, c.payload, c.hash, c.key_id, c.signature FROM tenant.audit_checkpoints c
    WHERE c.account_id = p_account
      AND c.sequence >= coalesce(p_from, (SELECT max(m.sequence) FROM tenant.audit_checkpoints m WHERE m.account_id = p_account)) ORDER BY c.sequence;
  PERFORM control.end_visit(p_account);
END
$$;

-- Closes a range of a log: what it hashes to, as a text to be signed before the commit. NULL when there is nothing
-- to seal. The log of an account, or the control plane's own for NULL. Only hashes, ids and numbers come out.
--
-- A checkpoint covers the rows of transactions below `transactions_below` up to `last_id`, less those that an earlier
-- one covers. Every transaction below has ended, so no row can join them; nobody waits, and nobody is waited for.
-- Rows of a transaction that was still open are sealed later, although their ids lie among those that are sealed
-- already. Where to look for them: no id is older than the last checkpoint at which their transaction hadn't begun,
-- less a minute for a clock that was put back.
CREATE FUNCTION control.open_seal(p_account uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  most constant integer := 65536;
  log constant uuid := coalesce(p_account, '00000000-0000-0000-0000-000000000000');
  rows_of constant text := CASE WHEN p_account IS NULL THEN 'control.admin_audit_log l WHERE $1 IS NULL'
    ELSE 'tenant.audit_log l WHERE l.account_id = $1' END;
  checkpoints constant text := CASE WHEN p_account IS NULL THEN 'control.admin_audit_checkpoints c WHERE $1 IS NULL'
    ELSE 'tenant.audit_checkpoints c WHERE c.account_id = $1' END;
  key constant text := CASE WHEN p_account IS NULL THEN 'bigint' ELSE 'uuid' END;
  nothing constant text := CASE WHEN p_account IS NULL THEN '0' ELSE '00000000-0000-0000-0000-000000000000' END;
  last record;
  begun bigint;
  below bigint;
  look_from text;
  up_to text;
  hit record;
  seal guard.seals;
BEGIN
  PERFORM control.lock_seal(log);
  IF p_account IS NOT NULL THEN
    PERFORM control.begin_visit(p_account, 'seal');
  END IF;

  EXECUTE format('SELECT c.sequence, c.hash, c.last_id::text, c.rows, c.total, c.transactions_below FROM %s ORDER BY c.sequence DESC LIMIT 1', checkpoints)
    INTO last USING p_account;
  begun := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  below := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  IF last.rows = most AND last.transactions_below <= below THEN
    -- That one was cut off at its most: it goes on among the same transactions, as long as there are some.
    EXECUTE format('SELECT EXISTS (SELECT FROM %s AND l.id > $2::%s AND l.transaction_id < $3) AS more', rows_of, key)
      INTO hit USING p_account, last.last_id, last.transactions_below;
    IF hit.more THEN
      below := last.transactions_below;
      look_from := last.last_id;
    END IF;
  END IF;
  IF look_from IS NULL THEN
    EXECUTE format('SELECT c.last_id::text FROM %s AND c.sealed_at <= (SELECT max(c.sealed_at) FROM %1$s AND c.transactions_begun <= $2) '
      '- interval ''1 minute'' ORDER BY c.sequence DESC LIMIT 1', checkpoints) INTO look_from USING p_account, last.transactions_below;
    -- Numbers that this cluster has not given yet are another's: the log was moved here, and is older than all that is written here.
    EXECUTE format('SELECT 1 + max(l.transaction_id) AS below, (array_agg(l.id::text ORDER BY l.id DESC))[1] AS up_to '
      'FROM %s AND l.id > $2::%s AND l.transaction_id >= $3 AND NOT EXISTS (SELECT FROM %s AND l.id <= c.last_id AND l.transaction_id < c.transactions_below)',
      rows_of, key, checkpoints) INTO hit USING p_account, coalesce(look_from, nothing), begun;
    IF hit.up_to IS NOT NULL THEN
      below := hit.below;
      up_to := hit.up_to;
    END IF;
  END IF;

  EXECUTE format('SELECT count(*)::integer AS rows, string_agg(r.content_hash, ''''::bytea ORDER BY r.id) AS leaves, array_agg(r.id::text ORDER BY r.id) AS ids '
    'FROM (SELECT l.id, l.content_hash FROM %s AND l.id > $2::%s AND l.transaction_id < $3 AND ($4 IS NULL OR l.id <= $4::%2$s) '
    'AND (l.id > $5::%2$s OR l.transaction_id >= $6) '
    'AND NOT EXISTS (SELECT FROM %s AND l.id <= c.last_id AND l.transaction_id < c.transactions_below) ORDER BY l.id LIMIT $7) r', rows_of, key, checkpoints)
    INTO hit USING p_account, coalesce(look_from, nothing), below, up_to, coalesce(last.last_id, nothing), coalesce(last.transactions_below, 0), most;
  IF p_account IS NOT NULL THEN
    PERFORM control.end_visit(p_account);
  END IF;
  IF hit.rows = 0 THEN
    RETURN NULL;
  END IF;

  seal.log := log;
  seal.transaction_id := pg_current_xact_id();
  seal.sequence := coalesce(last.sequence, 0) + 1;
  EXECUTE format('SELECT greatest($1::%s, $2::%1$s)::text', key) INTO seal.last_id USING last.last_id, hit.ids[hit.rows];
  seal.rows := hit.rows;
  seal.total := coalesce(last.total, 0) + hit.rows;
  seal.transactions_below := below;
  seal.transactions_begun := begun;
  seal.sealed_at := clock_timestamp();
  seal.leaves := hit.leaves;
  seal.payload := jsonb_build_object(
    'version', 1, 'kind', 'audit-checkpoint', 'log', coalesce(p_account::text, 'control-plane'), 'sequence', seal.sequence,
    'rows', seal.rows, 'total', seal.total, 'firstId', hit.ids[1], 'lastId', seal.last_id,
    'transactionsBelow', below, 'transactionsBegun', begun, 'root', encode(guard.merkle_root(seal.leaves), 'hex'),
    'sealedAt', to_char(seal.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'previousHash', last.hash)::text;
  seal.hash := encode(sha256(convert_to(seal.payload, 'UTF8')), 'hex');
  DELETE FROM guard.seals s WHERE s.log = seal.log; -- one that was opened and never closed
  INSERT INTO guard.seals SELECT (seal).*;
  RETURN seal.payload;
END
$$;

-- Keeps the checkpoint that this transaction has opened, with its signature. Whether that is good, the database can't
-- tell and `azora audit:verify` does.
CREATE FUNCTION control.close_seal(p_account uuid, p_key_id text, p_signature text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  s guard.seals;
BEGIN
  DELETE FROM guard.seals o
  WHERE o.log = coalesce(p_account, '00000000-0000-0000-0000-000000000000') AND o.transaction_id = pg_current_xact_id_if_assigned()
  RETURNING * INTO s;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'No checkpoint of this log has been opened.', HINT = 'Use `azora audit:seal`.';
  END IF;
  PERFORM control.require_signing_key(p_key_id, p_signature);
  IF p_account IS NULL THEN
    INSERT INTO control.admin_audit_checkpoints VALUES (
      s.sequence, s.last_id::bigint, s.rows, s.total, s.transactions_below, s.transactions_begun, s.sealed_at, s.leaves, s.payload, s.hash,
      p_key_id, p_signature);
    RETURN;
  END IF;
  PERFORM guard.enter(p_account, 'seal');
  INSERT INTO tenant.audit_checkpoints VALUES (
    p_account, guard.uuid7(), s.sequence, s.last_id::uuid, s.rows, s.total, s.transactions_below, s.transactions_begun, s.sealed_at, s.leaves, s.payload, s.hash,
    p_key_id, p_signature);
  PERFORM guard.leave();
END
$$;

-- Support --------------------------------------------------------------------------------

-- Consent isn't written twice: but for the end that a tenant puts to it, a window stays what it was opened as.
CREATE FUNCTION control.keep_support_grant() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL OR to_jsonb(OLD) - '{revoked_at,revoked_by}'::text[] <> to_jsonb(NEW) - '{revoked_at,revoked_by}'::text[] THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'What a tenant has consented to can''t be changed, only revoked.';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION control.audit_support_grant() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, new_values, reason)
  SELECT CASE TG_OP WHEN 'INSERT' THEN 'support.grant' ELSE 'support.revoke' END, a.id, a.slug,
    jsonb_strip_nulls(to_jsonb(NEW)), NEW.reason FROM control.accounts a WHERE a.id = NEW.account_id;
  RETURN NULL;
END
$$;

CREATE TRIGGER keep_support_grant BEFORE UPDATE ON control.support_grants FOR EACH ROW EXECUTE FUNCTION control.keep_support_grant();
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON control.support_grants FOR EACH ROW EXECUTE FUNCTION control.audit_support_grant();

-- The window by which whoever asks may read a table at this moment: any, or the one that is named. It locks nothing, so
-- no reader keeps a tenant from closing it; each statement has to see the last state, which a stricter level hides.
-- Whose password somebody else has set since is not the one whom the tenant meant.
CREATE FUNCTION control.require_support_grant(p_account uuid, p_table regclass, p_grant uuid DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  known uuid;
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'Support reads in transactions that are READ COMMITTED.';
  END IF;
  SELECT g.id INTO known FROM control.support_grants g JOIN control.operators o ON o.login = g.operator AND o.disabled_at IS NULL
  WHERE g.account_id = p_account AND g.operator = session_user AND (p_grant IS NULL OR g.id = p_grant)
    AND g.revoked_at IS NULL AND g.expires_at > clock_timestamp()
    AND coalesce(o.password_at < g.granted_at, true)
    AND (g.tables IS NULL OR p_table::text = ANY (g.tables))
  ORDER BY g.expires_at DESC LIMIT 1;
  IF known IS NULL OR p_table IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ022', MESSAGE = format('The tenant has not let "%s" read this.', session_user);
  END IF;
  RETURN known;
END
$$;

-- What was asked for, for its next step: by the same operator, within a minute, and after the step before is in the logs
-- for good. A row that is seen was committed, or is this transaction's own.
CREATE FUNCTION control.require_support_read(p_read uuid, p_found boolean) RETURNS guard.support_reads
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  asked guard.support_reads;
BEGIN
  SELECT * INTO asked FROM guard.support_reads r
  WHERE r.id = p_read AND r.operator = session_user AND r.asked_at > clock_timestamp() - interval '1 minute' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ010', MESSAGE = 'Nothing was asked for that could be read, or it was a minute ago.';
  ELSIF (asked.found_in IS NOT NULL) <> p_found OR coalesce(asked.found_in, asked.asked_in) = pg_current_xact_id() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'Support asks, finds and reads in three transactions, each committed before the next.';
  END IF;
  PERFORM control.require_support_grant(asked.account_id, asked.table_id, asked.grant_id);
  PERFORM guard.enter(asked.account_id, 'support:' || session_user), guard.current_account();
  RETURN asked;
END
$$;

-- What is asked for, as columns and values: of columns that may be shown, with values that they can have.
CREATE FUNCTION control.check_support_read(asked guard.support_reads) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  keys constant text[] := guard.key_columns(asked.table_id);
  names text[] := ARRAY(SELECT jsonb_object_keys(asked.conditions));
  hidden text;
BEGIN
  SELECT n INTO hidden FROM unnest(names) n
  WHERE guard.typed_columns(asked.table_id, ARRAY[n]) IS NULL
    OR EXISTS (SELECT FROM guard.masked_columns m WHERE m.table_id = asked.table_id AND m.column_name = n) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('%s has no column "%s" that support could ask for.', asked.table_id, hidden);
  ELSIF asked.row_limit IS NULL OR asked.row_limit NOT BETWEEN 1 AND 100 THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'Support reads from 1 to 100 rows at once.';
  ELSIF asked.after_key IS NOT NULL AND NOT asked.after_key ?& keys THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('A row of %s is named by %s.', asked.table_id, array_to_string(keys, ' and '));
  END IF;
  EXECUTE format('SELECT FROM jsonb_to_record($1) w(%s) WHERE %s', guard.typed_columns(asked.table_id, names || keys),
    (SELECT string_agg(format('w.%I = w.%1$I', n), ' AND ') FROM unnest(names || keys) n))
  USING coalesce(asked.after_key, '{}') || asked.conditions;
END
$$;

-- First step: says in both logs what an operator is going to look for, and looks at nothing yet. Equal to a value, column
-- by column (p_where); behind the row that p_after names, as the row before was named.
CREATE FUNCTION control.ask_support_read(p_account uuid, p_table text, p_where jsonb, p_after text, p_limit integer) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  asked guard.support_reads;
  keys  text[];
  line  uuid;
BEGIN
  asked.table_id := guard.find_table(p_table);
  asked.account_id := p_account;
  asked.grant_id := control.require_support_grant(p_account, asked.table_id);
  asked.conditions := coalesce(p_where, '{}');
  keys := guard.key_columns(asked.table_id);
  asked.row_limit := p_limit;
  BEGIN
    asked.after_key := CASE WHEN p_after IS NULL THEN NULL WHEN cardinality(keys) = 1 THEN jsonb_build_object(keys[1], p_after) ELSE p_after::jsonb END;
    PERFORM control.check_support_read(asked);
  EXCEPTION WHEN undefined_function OR data_exception THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = format('This can''t be asked of %s: %s.', asked.table_id, SQLERRM);
  END;
  DELETE FROM guard.support_reads r WHERE r.operator = session_user AND r.asked_at < clock_timestamp() - interval '1 minute';
  INSERT INTO guard.support_reads (account_id, grant_id, table_id, conditions, after_key, row_limit)
  VALUES (asked.account_id, asked.grant_id, asked.table_id, asked.conditions, asked.after_key, asked.row_limit)
  RETURNING * INTO asked;
  PERFORM guard.enter(p_account, 'support:' || session_user);
  INSERT INTO tenant.audit_log (account_id, actor, operation, subject, method, filter)
  VALUES (guard.current_account(), 'support:' || session_user, 'read', regexp_replace(asked.table_id::text, '^tenant\.', ''), 'support.ask',
    jsonb_build_object('grant', asked.grant_id, 'where', asked.conditions, 'after', p_after, 'limit', p_limit))
  RETURNING id INTO line;
  PERFORM guard.leave();
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, new_values)
  SELECT 'support.ask', a.id, a.slug, jsonb_build_object('grant', asked.grant_id, 'table', asked.table_id, 'line', line)
  FROM control.accounts a WHERE a.id = p_account;
  RETURN asked.id;
END
$$;

-- Second step: finds the rows and writes one line for each into both logs. The control plane's names the tenant's line
-- and nothing of the row. Says nothing, so that a rollback keeps nothing back but what was only asked for.
CREATE FUNCTION control.find_support_rows(p_read uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  asked   guard.support_reads;
  keys    text[];
  columns text[];
  hits    jsonb;
BEGIN
  asked := control.require_support_read(p_read, false);
  keys := guard.key_columns(asked.table_id);
  columns := ARRAY(SELECT c.key FROM jsonb_each(asked.conditions) c WHERE c.value <> 'null');
  EXECUTE format('SELECT coalesce(jsonb_agg(k.key), ''[]'') FROM (SELECT jsonb_build_object(%s) AS key FROM %s t%s%s WHERE t.%I = $1%s%s ORDER BY %s LIMIT %s) k',
    (SELECT string_agg(format('%L, t.%I', k, k), ', ' ORDER BY n) FROM unnest(keys) WITH ORDINALITY u(k, n)), asked.table_id,
    ', jsonb_to_record($2) w(' || guard.typed_columns(asked.table_id, columns) || ')',
    CASE WHEN asked.after_key IS NOT NULL THEN ', jsonb_to_record($3) a(' || guard.typed_columns(asked.table_id, keys) || ')' END,
    (SELECT p.account_column FROM guard.protected_tables p WHERE p.table_id = asked.table_id),
    (SELECT string_agg(CASE c.value WHEN 'null' THEN format(' AND t.%I IS NULL', c.key) ELSE format(' AND t.%I = w.%1$I', c.key) END, '') FROM jsonb_each(asked.conditions) c),
    CASE WHEN asked.after_key IS NOT NULL THEN (SELECT format(' AND (%s) > (%s)', string_agg(format('t.%I', k), ', ' ORDER BY n),
      string_agg(format('a.%I', k), ', ' ORDER BY n)) FROM unnest(keys) WITH ORDINALITY u(k, n)) END,
    (SELECT string_agg(format('t.%I', k), ', ' ORDER BY n) FROM unnest(keys) WITH ORDINALITY u(k, n)), asked.row_limit)
  INTO hits USING asked.account_id, asked.conditions, asked.after_key;
  UPDATE guard.support_reads r SET keys = hits, found_in = pg_current_xact_id() WHERE r.id = p_read;
  WITH lines AS (
    INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, method, filter, row_count)
    SELECT guard.current_account(), 'support:' || session_user, 'read', regexp_replace(asked.table_id::text, '^tenant\.', ''),
      guard.row_key(k.key, keys), 'support.read', jsonb_build_object('grant', asked.grant_id), 1
    FROM jsonb_array_elements(hits) k(key) RETURNING id)
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, new_values)
  SELECT 'support.read', a.id, a.slug, jsonb_build_object('grant', asked.grant_id, 'table', asked.table_id, 'line', l.id)
  FROM lines l JOIN control.accounts a ON a.id = asked.account_id ORDER BY l.id;
  PERFORM guard.leave();
END
$$;

-- Last step: the rows that both logs have lines for, once, without the account's column and the masked ones.
CREATE FUNCTION control.read_support_rows(p_read uuid) RETURNS TABLE (row_key text, row_values jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  asked  guard.support_reads;
  keys   text[];
  masked text[];
  account_column name;
BEGIN
  asked := control.require_support_read(p_read, true);
  keys := guard.key_columns(asked.table_id);
  masked := ARRAY(SELECT m.column_name::text FROM guard.masked_columns m WHERE m.table_id = asked.table_id);
  PERFORM guard.check_masks(asked.table_id, masked);
  SELECT p.account_column INTO account_column FROM guard.protected_tables p WHERE p.table_id = asked.table_id;
  RETURN QUERY EXECUTE format('SELECT guard.row_key(to_jsonb(t), $3), to_jsonb(t) - $4 FROM %s t JOIN jsonb_to_recordset($2) k(%s) ON %s WHERE t.%I = $1 ORDER BY %s',
    asked.table_id, guard.typed_columns(asked.table_id, keys),
    (SELECT string_agg(format('t.%I = k.%1$I', k), ' AND ') FROM unnest(keys) k), account_column,
    (SELECT string_agg(format('t.%I', k), ', ' ORDER BY n) FROM unnest(keys) WITH ORDINALITY u(k, n)))
  USING asked.account_id, asked.keys, keys, masked || account_column::text;
  DELETE FROM guard.support_reads r WHERE r.id = p_read;
  PERFORM guard.leave();
  -- Once more: nobody gets what was closed to him while he was reading.
  PERFORM control.require_support_grant(asked.account_id, asked.table_id, asked.grant_id);
END
$$;

-- Windows that tenants have opened, newest first, from before one of them on: one's own, for a vendor admin everybody's.
CREATE FUNCTION control.list_support_grants(p_before uuid, p_limit integer)
RETURNS TABLE (id uuid, account_id uuid, account_slug text, operator text, scope text, tables text[], reason text, granted_by text,
  granted_at timestamptz, expires_at timestamptz, revoked_by text, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT g.id, g.account_id, a.slug, g.operator, g.scope, g.tables, g.reason, g.granted_by, g.granted_at, g.expires_at, g.revoked_by, g.revoked_at
  FROM control.support_grants g JOIN control.accounts a ON a.id = g.account_id
  WHERE (g.operator = session_user OR pg_has_role(session_user, 'azora_vendor_admin', 'MEMBER')) AND (p_before IS NULL OR g.id < p_before)
  ORDER BY g.id DESC LIMIT p_limit
$$;

-- Retention ------------------------------------------------------------------------------

-- The control plane's own log was exported whole and to its end: see guard.finish_audit_export().
CREATE FUNCTION control.finish_audit_export(p_after text, p_cursor text, p_checkpoint text, p_rows bigint, p_sha256 text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  seen   bigint := 0;
  counts boolean;
BEGIN
  IF p_checkpoint IS NOT NULL THEN
    SELECT c.sequence INTO seen FROM control.admin_audit_checkpoints c WHERE c.hash = p_checkpoint;
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'There is no such checkpoint of this log.';
    END IF;
  END IF;
  counts := guard.count_audit_export('00000000-0000-0000-0000-000000000000', p_after, p_cursor, seen, p_rows, p_sha256, session_user);
  INSERT INTO control.admin_audit_log (action, new_values)
  VALUES ('audit.exported', jsonb_build_object('after', p_after, 'cursor', p_cursor, 'sha256', p_sha256, 'checkpoint', seen, 'rows', p_rows, 'counts', counts));
  RETURN counts;
END
$$;

-- The retentions of a log from a number on, as they were signed; for NULL the last one.
CREATE FUNCTION control.list_retentions(p_account uuid, p_from bigint)
RETURNS TABLE (sequence bigint, payload text, hash text, key_id text, signature text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
#variable_conflict use_column
BEGIN
  IF p_account IS NULL THEN
    RETURN QUERY SELECT t.sequence, t.payload, t.hash, t.key_id, t.signature FROM control.admin_audit_retentions t
      WHERE t.sequence >= coalesce(p_from, (SELECT max(m.sequence) FROM control.admin_audit_retentions m)) ORDER BY t.sequence;
    RETURN;
  END IF;
  PERFORM control.begin_visit(p_account, 'retain');
  RETURN QUERY SELECT t.sequence, t.payload, t.hash, t.key_id, t.signature FROM tenant.audit_retentions t
    WHERE t.account_id = p_account
      AND t.sequence >= coalesce(p_from, (SELECT max(m.sequence) FROM tenant.audit_retentions m WHERE m.account_id = p_account)) ORDER BY t.sequence;
  PERFORM control.end_visit(p_account);
END
$$;

-- Up to which checkpoint a log may go, from the one behind p_done on: NULL when nothing is old enough. A checkpoint is as old as its
-- seal: no row of it is younger. In the caller's visit.
CREATE FUNCTION control.find_removable(p_account uuid, p_done bigint, p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  -- So many rows, or so few checkpoints, that nobody waits long for what goes in one transaction.
  most_rows constant integer := 65536;
  most_checkpoints constant integer := 256;
  checkpoints constant text := CASE WHEN p_account IS NULL THEN 'control.admin_audit_checkpoints c WHERE $1 IS NULL'
    ELSE 'tenant.audit_checkpoints c WHERE c.account_id = $1' END;
  whose constant text := CASE WHEN p_account IS NULL THEN '--control-plane' ELSE '--tenant ' || (SELECT a.slug FROM control.accounts a WHERE a.id = p_account) END;
  hit record;
  exported bigint;
  through bigint;
BEGIN
  EXECUTE format('SELECT count(*) AS sealed, coalesce(min(c.sequence) FILTER (WHERE c.sealed_at > $3) - 1, max(c.sequence)) AS last FROM %s AND c.sequence > $2', checkpoints)
    INTO hit USING p_account, p_done, p_before;
  IF hit.sealed = 0 THEN
    EXECUTE CASE WHEN p_account IS NULL THEN 'SELECT l.occurred_at <= $2 AS old FROM control.admin_audit_log l WHERE $1 IS NULL ORDER BY l.id LIMIT 1'
      ELSE 'SELECT l.occurred_at <= $2 AS old FROM tenant.audit_log l WHERE l.account_id = $1 ORDER BY l.id LIMIT 1' END INTO hit USING p_account, p_before;
    IF hit.old THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'What is that old in this log is not sealed.', HINT = format('azora audit:seal %s', whose);
    END IF;
    RETURN NULL;
  ELSIF hit.last <= p_done THEN
    RETURN NULL;
  END IF;
  exported := (SELECT max(e.checkpoint) FROM guard.audit_exports e WHERE e.log = coalesce(p_account, '00000000-0000-0000-0000-000000000000'));
  IF exported IS NULL OR exported <= p_done THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'What is that old in this log was not exported since it was sealed, whole and to the end.',
      HINT = format('azora audit:export %s --output FILE, without a filter; or with --after where an export that counts ended.', whose);
  END IF;
  EXECUTE format('SELECT max(b.sequence) FROM (SELECT c.sequence, sum(c.rows) OVER (ORDER BY c.sequence) - c.rows AS rows_before FROM %s '
    'AND c.sequence > $2 AND c.sequence <= $3) b WHERE b.rows_before < $4', checkpoints)
    INTO through USING p_account, p_done, least(hit.last, exported, p_done + most_checkpoints), most_rows;
  RETURN through;
END
$$;

-- Refuses to remove a range that isn't as it was sealed: a retention must not tidy up after a forger.
CREATE FUNCTION control.require_sealed(p_account uuid, p_first bigint, p_through bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  log constant text := CASE WHEN p_account IS NULL THEN 'control.admin_audit_log' ELSE 'tenant.audit_log' END;
  own constant text := CASE WHEN p_account IS NULL THEN '$1 IS NULL' ELSE 'l.account_id = $1' END;
  checkpoints constant text := CASE WHEN p_account IS NULL THEN 'control.admin_audit_checkpoints c WHERE $1 IS NULL'
    ELSE 'tenant.audit_checkpoints c WHERE c.account_id = $1' END || ' AND c.sequence BETWEEN $2 AND $3';
  broken bigint;
BEGIN
  -- A row belongs to the first checkpoint that covers it; those before the first are gone.
  EXECUTE format('WITH kept AS (
      SELECT f.sequence, string_agg(l.content_hash, ''''::bytea ORDER BY l.id) AS leaves
      FROM %s l CROSS JOIN LATERAL (
        SELECT c.sequence FROM %s AND l.id <= c.last_id AND l.transaction_id < c.transactions_below ORDER BY c.sequence LIMIT 1) f
      WHERE %s AND l.id <= (SELECT c.last_id FROM %2$s ORDER BY c.sequence DESC LIMIT 1) GROUP BY f.sequence)
    SELECT min(s.sequence) FROM (SELECT c.sequence, c.leaves FROM %2$s) s LEFT JOIN kept k ON k.sequence = s.sequence
    WHERE k.leaves IS DISTINCT FROM s.leaves', log, checkpoints, own) INTO broken USING p_account, p_first, p_through;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('The range of checkpoint %s isn''t what was sealed: nothing of it goes.', broken),
      HINT = '`azora audit:verify` says what was changed.';
  END IF;
END
$$;

-- Nothing of a held tenant's log goes, and nothing that the vendor's log says about one. Whoever puts a tenant under hold
-- waits until this transaction has ended, or is seen here.
CREATE FUNCTION control.require_unheld(p_account uuid, p_first bigint, p_through bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  held text;
BEGIN
  SELECT a.slug INTO held FROM (SELECT a.slug, a.held_at FROM control.accounts a WHERE a.id = p_account FOR SHARE) a WHERE a.held_at IS NOT NULL;
  IF held IS NULL AND p_account IS NULL THEN
    SELECT a.slug INTO held FROM (
      SELECT a.slug, a.held_at FROM control.accounts a WHERE a.id IN (
        SELECT l.account_id FROM control.admin_audit_log l
        WHERE l.id <= (SELECT c.last_id FROM control.admin_audit_checkpoints c WHERE c.sequence = p_through) AND EXISTS (SELECT FROM control.admin_audit_checkpoints c WHERE c.sequence BETWEEN p_first AND p_through
          AND l.id <= c.last_id AND l.transaction_id < c.transactions_below)) FOR SHARE) a
    WHERE a.held_at IS NOT NULL LIMIT 1;
  END IF;
  IF held IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ008', MESSAGE = format('The tenant "%s" is under legal hold: what the log has of it stays.', held);
  END IF;
END
$$;

-- What of a log goes next, the account's or the control plane's own for NULL, as a text to be signed before the commit: whole
-- checkpoints from the beginning on. NULL when nothing is old enough. Removes nothing yet: close_retention() does.
CREATE FUNCTION control.open_retention(p_account uuid, p_older_than interval) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  checkpoints constant text := CASE WHEN p_account IS NULL THEN 'control.admin_audit_checkpoints c WHERE $1 IS NULL'
    ELSE 'tenant.audit_checkpoints c WHERE c.account_id = $1' END;
  before constant timestamptz := clock_timestamp() - p_older_than;
  last record;
  sealed record;
  export record;
  next guard.retentions;
BEGIN
  IF p_older_than IS NULL OR p_older_than < interval '30 days' THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'Nothing of a log goes before it is 30 days old.';
  END IF;
  next.log := coalesce(p_account, '00000000-0000-0000-0000-000000000000');
  PERFORM control.lock_seal(next.log);
  IF p_account IS NOT NULL THEN
    PERFORM control.begin_visit(p_account, 'retain');
  END IF;
  EXECUTE CASE WHEN p_account IS NULL THEN 'SELECT t.sequence, t.hash, t.through FROM control.admin_audit_retentions t WHERE $1 IS NULL ORDER BY t.sequence DESC LIMIT 1'
    ELSE 'SELECT t.sequence, t.hash, t.through FROM tenant.audit_retentions t WHERE t.account_id = $1 ORDER BY t.sequence DESC LIMIT 1' END
    INTO last USING p_account;
  next.first := coalesce(last.through, 0) + 1;
  next.through := control.find_removable(p_account, coalesce(last.through, 0), before);
  IF next.through IS NOT NULL THEN
    PERFORM control.require_unheld(p_account, next.first, next.through);
    PERFORM control.require_sealed(p_account, next.first, next.through);
    EXECUTE format('SELECT sum(c.rows) AS rows, max(c.total) AS total, (array_agg(c.hash ORDER BY c.sequence DESC))[1] AS hash FROM %s AND c.sequence BETWEEN $2 AND $3', checkpoints)
      INTO sealed USING p_account, next.first, next.through;
  END IF;
  IF p_account IS NOT NULL THEN
    PERFORM control.end_visit(p_account);
  END IF;
  IF next.through IS NULL THEN
    RETURN NULL;
  END IF;

  SELECT e.sha256, e.after, e.cursor, e.finished_at INTO export FROM guard.audit_exports e
  WHERE e.log = next.log AND e.checkpoint >= next.through ORDER BY e.checkpoint, e.finished_at LIMIT 1;
  next.transaction_id := pg_current_xact_id();
  next.sequence := coalesce(last.sequence, 0) + 1;
  next.rows := sealed.rows;
  next.retained_at := clock_timestamp();
  next.payload := jsonb_build_object(
    'version', 1, 'kind', 'audit-retention', 'log', coalesce(p_account::text, 'control-plane'), 'sequence', next.sequence,
    'firstCheckpoint', next.first, 'lastCheckpoint', next.through, 'checkpointHash', sealed.hash, 'rows', next.rows, 'total', sealed.total,
    'sealedBefore', to_char(before AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'operator', session_user,
    'export', jsonb_build_object('sha256', export.sha256, 'after', export.after, 'cursor', export.cursor,
      'finishedAt', to_char(export.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')),
    'retainedAt', to_char(next.retained_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'previousHash', last.hash)::text;
  next.hash := encode(sha256(convert_to(next.payload, 'UTF8')), 'hex');
  DELETE FROM guard.retentions r WHERE r.log = next.log; -- one that was opened and never closed
  INSERT INTO guard.retentions SELECT (next).*;
  RETURN next.payload;
END
$$;

-- Removes what this transaction has opened, keeps the signed record of it, and leaves a line in the log and one in the vendor's.
CREATE FUNCTION control.close_retention(p_account uuid, p_key_id text, p_signature text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  r    guard.retentions;
  gone bigint;
  said jsonb;
BEGIN
  DELETE FROM guard.retentions o
  WHERE o.log = coalesce(p_account, '00000000-0000-0000-0000-000000000000') AND o.transaction_id = pg_current_xact_id_if_assigned()
  RETURNING * INTO r;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = 'No retention of this log has been opened.', HINT = 'Use `azora audit:retain`.';
  END IF;
  PERFORM control.require_signing_key(p_key_id, p_signature);
  said := jsonb_build_object('retention', r.sequence, 'firstCheckpoint', r.first, 'lastCheckpoint', r.through, 'rows', r.rows, 'hash', r.hash);
  IF p_account IS NULL THEN
    INSERT INTO guard.purges (account_id, retaining) VALUES (r.log, true);
    -- The first condition is what an index serves.
    DELETE FROM control.admin_audit_log l WHERE l.id <= (SELECT c.last_id FROM control.admin_audit_checkpoints c WHERE c.sequence = r.through) AND EXISTS (SELECT FROM control.admin_audit_checkpoints c
      WHERE c.sequence BETWEEN r.first AND r.through AND l.id <= c.last_id AND l.transaction_id < c.transactions_below);
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM guard.purges WHERE account_id = r.log;
    INSERT INTO control.admin_audit_retentions VALUES (r.sequence, r.through, r.rows, r.retained_at, r.payload, r.hash, p_key_id, p_signature);
  ELSE
    PERFORM control.begin_visit(p_account, 'retain');
    UPDATE guard.purges SET retaining = true WHERE account_id = p_account;
    DELETE FROM tenant.audit_log l WHERE l.account_id = p_account
      AND l.id <= (SELECT c.last_id FROM tenant.audit_checkpoints c WHERE c.account_id = p_account AND c.sequence = r.through) AND EXISTS (SELECT FROM tenant.audit_checkpoints c
      WHERE c.account_id = p_account AND c.sequence BETWEEN r.first AND r.through AND l.id <= c.last_id AND l.transaction_id < c.transactions_below);
    GET DIAGNOSTICS gone = ROW_COUNT;
    UPDATE guard.purges SET retaining = false WHERE account_id = p_account;
    INSERT INTO tenant.audit_retentions VALUES (
      p_account, guard.uuid7(), r.sequence, r.through, r.rows, r.retained_at, r.payload, r.hash, p_key_id, p_signature);
    INSERT INTO tenant.audit_log (account_id, actor, operation, subject, row_id, old_values)
    VALUES (p_account, 'operator:' || session_user, 'delete', 'audit_log', r.sequence, said);
    PERFORM control.end_visit(p_account);
  END IF;
  IF gone <> r.rows THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('%s rows would have gone, and %s were sealed.', gone, r.rows), HINT = '`azora audit:verify` says what was changed.';
  END IF;
  INSERT INTO control.admin_audit_log (action, account_id, account_slug, new_values)
  VALUES ('audit.retain', p_account, (SELECT a.slug FROM control.accounts a WHERE a.id = p_account), said);
END
$$;

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
-- Reading takes a tenant's consent besides.
GRANT EXECUTE ON FUNCTION control.ask_support_read(uuid, text, jsonb, text, integer), control.find_support_rows(uuid), control.read_support_rows(uuid),
  control.list_support_grants(uuid, integer) TO azora_support;

GRANT SELECT ON control.subscriptions, control.stripe_connection, control.stripe_customers, control.billing_steps, control.stripe_events,
  control.stripe_event_cursor TO azora_billing;
GRANT EXECUTE ON FUNCTION
  control.change_plan(uuid, text, bigint),
  control.suspend_for_nonpayment(uuid, text, boolean),
  control.resume_from_nonpayment(uuid),
  control.set_billing(uuid, text),
  control.set_collection(boolean, uuid, text),
  control.connect_billing(text, boolean),
  control.claim_billing_step(boolean, text, interval, uuid),
  control.finish_billing_step(bigint, text, jsonb),
  control.fail_billing_step(bigint, text, text, boolean, boolean),
  control.retry_billing_steps(uuid),
  control.mirror_subscription(boolean, jsonb, timestamptz),
  control.repair_billing(boolean, uuid, text, text),
  control.report_usage(boolean, uuid, text, bigint, timestamptz, text),
  control.create_plan(text, text, integer, text, text, integer),
  control.update_plan(text, text, integer, integer),
  control.archive_plan(text),
  control.push_plan(boolean, text),
  control.apply_stripe_event(boolean, text, text, text, timestamptz, jsonb, timestamptz),
  control.begin_event_pull(boolean),
  control.move_event_cursor(boolean, text, timestamptz),
  control.settle_missed_events(boolean),
  control.nonpayment_steps(),
  control.enforce_nonpayment(boolean, uuid, text)
TO azora_billing;

GRANT SELECT ON control.operators, control.settings, control.admin_audit_log, control.admin_audit_checkpoints, control.admin_audit_retentions, control.purge_receipts,
  control.receipt_addenda, control.purge_approvals, control.key_handovers TO azora_vendor_admin;
GRANT EXECUTE ON FUNCTION
  control.create_accounts(jsonb, boolean),
  control.end_billing(uuid),
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
  control.sign_receipt(bigint, text, text),
  control.list_settings(),
  control.set_setting(text, jsonb),
  control.list_checkpoints(uuid, bigint),
  control.open_seal(uuid),
  control.close_seal(uuid, text, text),
  control.finish_audit_export(text, text, text, bigint, text),
  control.list_retentions(uuid, bigint),
  control.open_retention(uuid, interval),
  control.close_retention(uuid, text, text)
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
ALTER TABLE guard.context_keys ENABLE ALWAYS TRIGGER audit;

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
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The operator "%s" is disabled.', p_login), HINT = '`azora operator:enable` lets it back in.';
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
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The operator "%s" is disabled.', p_login), HINT = '`azora operator:enable` lets it back in.';
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

-- Shuts an operator out. False when that was done already.
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

-- Lets an operator back in, in the role that it had, with a new password: the old one may be what it was
-- shut out for. False when it isn't disabled.
CREATE FUNCTION control.enable_operator(p_login text, p_verifier text, p_expires_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  operator control.operators;
BEGIN
  PERFORM control.check_verifier(p_verifier);
  operator := control.lock_operator(p_login);
  IF operator.disabled_at IS NULL THEN
    RETURN false;
  ELSIF p_expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ013', MESSAGE = 'An operator expires in the future.';
  ELSIF p_expires_at IS NULL AND operator.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ007', MESSAGE = format('The login "%s" has expired.', p_login), HINT = 'Pass --expires with a new time.';
  END IF;
  EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L VALID UNTIL %L', p_login, p_verifier, coalesce(p_expires_at, operator.expires_at, 'infinity'));
  EXECUTE format('GRANT %I TO %I', control.group_of(operator.role), p_login);
  UPDATE control.operators SET disabled_at = NULL, expires_at = coalesce(p_expires_at, expires_at),
    password_from = session_user, password_at = clock_timestamp()
  WHERE login = p_login;
  RETURN true;
END
$$;

RESET ROLE;
REVOKE CREATE ON SCHEMA control FROM azora_registrar;
SET ROLE azora_registrar;
REVOKE ALL ON FUNCTION control.group_of(control.operator_role), control.check_verifier(text), control.lock_operator(text), control.take_groups(text),
  control.enroll_operator(text, control.operator_role, timestamptz), control.create_operator(text, control.operator_role, text, timestamptz),
  control.grant_operator(text, control.operator_role), control.rotate_operator(text, text, timestamptz), control.disable_operator(text),
  control.enable_operator(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control.create_operator(text, control.operator_role, text, timestamptz),
  control.grant_operator(text, control.operator_role), control.disable_operator(text), control.enable_operator(text, text, timestamptz) TO azora_vendor_admin;
GRANT EXECUTE ON FUNCTION control.rotate_operator(text, text, timestamptz) TO azora_support;
RESET ROLE;
