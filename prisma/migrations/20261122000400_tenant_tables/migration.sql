-- The tenant plane: people and permissions, the audit log, and the quality system.
-- guard.protect() at the end gives each table what makes it a tenant table.

SET ROLE azora_owner;

-- CreateEnum
CREATE TYPE tenant.document_status AS ENUM ('draft', 'in_review', 'effective', 'obsolete');

-- CreateEnum
CREATE TYPE tenant.severity AS ENUM ('minor', 'major', 'critical');

-- CreateEnum
CREATE TYPE tenant.nonconformance_status AS ENUM ('open', 'investigating', 'closed');

-- CreateEnum
CREATE TYPE tenant.action_status AS ENUM ('planned', 'in_progress', 'verified');

-- CreateEnum
CREATE TYPE tenant.batch_status AS ENUM ('in_production', 'quarantined', 'released', 'rejected');

-- CreateEnum
CREATE TYPE tenant.audit_operation AS ENUM ('create', 'read', 'update', 'delete');

-- CreateTable
CREATE TABLE tenant.users (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    disabled_at TIMESTAMPTZ(6),
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT users_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.roles (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT roles_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.role_permissions (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    role_id UUID NOT NULL,
    permission TEXT NOT NULL,

    CONSTRAINT role_permissions_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.user_roles (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    user_id UUID NOT NULL,
    role_id UUID NOT NULL,
    granted_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT user_roles_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.audit_log (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    occurred_at TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    actor TEXT NOT NULL,
    operation tenant.audit_operation NOT NULL,
    subject TEXT NOT NULL,
    row_id TEXT,
    method TEXT,
    filter JSONB,
    row_count INTEGER,
    old_values JSONB,
    new_values JSONB,
    transaction_id BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    content_hash BYTEA NOT NULL,

    CONSTRAINT audit_log_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.audit_checkpoints (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    sequence BIGINT NOT NULL,
    last_id UUID NOT NULL,
    rows INTEGER NOT NULL,
    total BIGINT NOT NULL,
    transactions_below BIGINT NOT NULL,
    transactions_begun BIGINT NOT NULL,
    sealed_at TIMESTAMPTZ(6) NOT NULL,
    leaves BYTEA NOT NULL,
    payload TEXT NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL,

    CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.audit_retentions (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    sequence BIGINT NOT NULL,
    through BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    retained_at TIMESTAMPTZ(6) NOT NULL,
    payload TEXT NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL,

    CONSTRAINT audit_retentions_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.documents (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    status tenant.document_status NOT NULL DEFAULT 'draft',
    owner_id UUID,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT documents_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.document_revisions (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    document_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '',
    author_id UUID,
    effective_on DATE,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT document_revisions_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.batches (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    number TEXT NOT NULL,
    product TEXT NOT NULL,
    status tenant.batch_status NOT NULL DEFAULT 'in_production',
    quantity DECIMAL(12,3) NOT NULL,
    unit TEXT NOT NULL,
    produced_on DATE,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT batches_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.test_results (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    batch_id UUID NOT NULL,
    document_id UUID,
    analyst_id UUID,
    parameter TEXT NOT NULL,
    "value" DECIMAL(14,4) NOT NULL,
    unit TEXT NOT NULL,
    lower_limit DECIMAL(14,4),
    upper_limit DECIMAL(14,4),
    passed BOOLEAN NOT NULL,
    tested_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT test_results_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.nonconformances (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    severity tenant.severity NOT NULL,
    status tenant.nonconformance_status NOT NULL DEFAULT 'open',
    batch_id UUID,
    document_id UUID,
    reported_by_id UUID,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    closed_at TIMESTAMPTZ(6),

    CONSTRAINT nonconformances_pkey PRIMARY KEY (account_id,id)
);

-- CreateTable
CREATE TABLE tenant.corrective_actions (
    account_id UUID NOT NULL DEFAULT guard.current_account(),
    id UUID NOT NULL DEFAULT guard.uuid7(),
    nonconformance_id UUID NOT NULL,
    assignee_id UUID,
    title TEXT NOT NULL,
    status tenant.action_status NOT NULL DEFAULT 'planned',
    due_on DATE,
    verified_at TIMESTAMPTZ(6),
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT corrective_actions_pkey PRIMARY KEY (account_id,id)
);

-- CreateIndex
CREATE UNIQUE INDEX users_account_id_email_key ON tenant.users(account_id, email);

-- CreateIndex
CREATE UNIQUE INDEX roles_account_id_name_key ON tenant.roles(account_id, name);

-- CreateIndex
CREATE UNIQUE INDEX role_permissions_account_id_role_id_permission_key ON tenant.role_permissions(account_id, role_id, permission);

-- CreateIndex
CREATE UNIQUE INDEX audit_checkpoints_account_id_sequence_key ON tenant.audit_checkpoints(account_id, sequence);

-- CreateIndex
CREATE UNIQUE INDEX audit_retentions_account_id_sequence_key ON tenant.audit_retentions(account_id, sequence);

-- CreateIndex
CREATE INDEX user_roles_account_id_role_id_idx ON tenant.user_roles(account_id, role_id);

-- CreateIndex
CREATE UNIQUE INDEX user_roles_account_id_user_id_role_id_key ON tenant.user_roles(account_id, user_id, role_id);

-- CreateIndex
CREATE INDEX audit_log_transaction_id_idx ON tenant.audit_log USING BRIN (transaction_id int8_minmax_ops);

-- CreateIndex
CREATE INDEX documents_account_id_owner_id_idx ON tenant.documents(account_id, owner_id);

-- CreateIndex
CREATE UNIQUE INDEX documents_account_id_number_key ON tenant.documents(account_id, number);

-- CreateIndex
CREATE INDEX document_revisions_account_id_author_id_idx ON tenant.document_revisions(account_id, author_id);

-- CreateIndex
CREATE UNIQUE INDEX document_revisions_account_id_document_id_revision_key ON tenant.document_revisions(account_id, document_id, revision);

-- CreateIndex
CREATE UNIQUE INDEX batches_account_id_number_key ON tenant.batches(account_id, number);

-- CreateIndex
CREATE INDEX test_results_account_id_batch_id_idx ON tenant.test_results(account_id, batch_id);

-- CreateIndex
CREATE INDEX test_results_account_id_document_id_idx ON tenant.test_results(account_id, document_id);

-- CreateIndex
CREATE INDEX test_results_account_id_analyst_id_idx ON tenant.test_results(account_id, analyst_id);

-- CreateIndex
CREATE INDEX nonconformances_account_id_batch_id_idx ON tenant.nonconformances(account_id, batch_id);

-- CreateIndex
CREATE INDEX nonconformances_account_id_document_id_idx ON tenant.nonconformances(account_id, document_id);

-- CreateIndex
CREATE INDEX nonconformances_account_id_reported_by_id_idx ON tenant.nonconformances(account_id, reported_by_id);

-- CreateIndex
CREATE UNIQUE INDEX nonconformances_account_id_number_key ON tenant.nonconformances(account_id, number);

-- CreateIndex
CREATE INDEX corrective_actions_account_id_nonconformance_id_idx ON tenant.corrective_actions(account_id, nonconformance_id);

-- CreateIndex
CREATE INDEX corrective_actions_account_id_assignee_id_idx ON tenant.corrective_actions(account_id, assignee_id);

-- AddForeignKey
ALTER TABLE tenant.users ADD CONSTRAINT users_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.roles ADD CONSTRAINT roles_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.role_permissions ADD CONSTRAINT role_permissions_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.role_permissions ADD CONSTRAINT role_permissions_account_id_role_id_fkey FOREIGN KEY (account_id, role_id) REFERENCES tenant.roles(account_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.user_roles ADD CONSTRAINT user_roles_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.user_roles ADD CONSTRAINT user_roles_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES tenant.users(account_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.user_roles ADD CONSTRAINT user_roles_account_id_role_id_fkey FOREIGN KEY (account_id, role_id) REFERENCES tenant.roles(account_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.audit_log ADD CONSTRAINT audit_log_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.audit_checkpoints ADD CONSTRAINT audit_checkpoints_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.audit_retentions ADD CONSTRAINT audit_retentions_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.documents ADD CONSTRAINT documents_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.documents ADD CONSTRAINT documents_account_id_owner_id_fkey FOREIGN KEY (account_id, owner_id) REFERENCES tenant.users(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.document_revisions ADD CONSTRAINT document_revisions_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.document_revisions ADD CONSTRAINT document_revisions_account_id_document_id_fkey FOREIGN KEY (account_id, document_id) REFERENCES tenant.documents(account_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.document_revisions ADD CONSTRAINT document_revisions_account_id_author_id_fkey FOREIGN KEY (account_id, author_id) REFERENCES tenant.users(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.batches ADD CONSTRAINT batches_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.test_results ADD CONSTRAINT test_results_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.test_results ADD CONSTRAINT test_results_account_id_batch_id_fkey FOREIGN KEY (account_id, batch_id) REFERENCES tenant.batches(account_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.test_results ADD CONSTRAINT test_results_account_id_document_id_fkey FOREIGN KEY (account_id, document_id) REFERENCES tenant.documents(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.test_results ADD CONSTRAINT test_results_account_id_analyst_id_fkey FOREIGN KEY (account_id, analyst_id) REFERENCES tenant.users(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.nonconformances ADD CONSTRAINT nonconformances_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.nonconformances ADD CONSTRAINT nonconformances_account_id_batch_id_fkey FOREIGN KEY (account_id, batch_id) REFERENCES tenant.batches(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.nonconformances ADD CONSTRAINT nonconformances_account_id_document_id_fkey FOREIGN KEY (account_id, document_id) REFERENCES tenant.documents(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.nonconformances ADD CONSTRAINT nonconformances_account_id_reported_by_id_fkey FOREIGN KEY (account_id, reported_by_id) REFERENCES tenant.users(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.corrective_actions ADD CONSTRAINT corrective_actions_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.corrective_actions ADD CONSTRAINT corrective_actions_account_id_nonconformance_id_fkey FOREIGN KEY (account_id, nonconformance_id) REFERENCES tenant.nonconformances(account_id, id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE tenant.corrective_actions ADD CONSTRAINT corrective_actions_account_id_assignee_id_fkey FOREIGN KEY (account_id, assignee_id) REFERENCES tenant.users(account_id, id) ON DELETE NO ACTION ON UPDATE NO ACTION;

ALTER TABLE tenant.users
  ADD CONSTRAINT users_email_check CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$');
ALTER TABLE tenant.role_permissions
  ADD CONSTRAINT role_permissions_permission_check CHECK (permission ~ '^([^:*[:space:]]+|\*):([a-z_]+|\*)$');
-- A line about a write always names its row.
ALTER TABLE tenant.audit_log
  ADD CONSTRAINT audit_log_row_id_check CHECK (operation = 'read' OR row_id IS NOT NULL);

-- Who follows the log asks for what came since: the end of a table that only grows. A BRIN index is a few bytes for each
-- block and costs a line next to nothing, if the blocks are summarised as they fill and not when VACUUM comes by.
ALTER INDEX tenant.audit_log_transaction_id_idx SET (autosummarize = on);

SELECT guard.protect('tenant.audit_log', append_only => true);
SELECT guard.protect('tenant.audit_checkpoints', append_only => true);
SELECT guard.protect('tenant.audit_retentions', append_only => true);
SELECT guard.protect('tenant.users');
SELECT guard.protect('tenant.roles');
SELECT guard.protect('tenant.role_permissions');
SELECT guard.protect('tenant.user_roles');
SELECT guard.protect('tenant.documents');
SELECT guard.protect('tenant.document_revisions');
SELECT guard.protect('tenant.batches');
SELECT guard.protect('tenant.test_results');
SELECT guard.protect('tenant.nonconformances');
SELECT guard.protect('tenant.corrective_actions');

-- Who may do what --------------------------------------------------------------------------

-- Whether an account goes, with all that is its own: then nothing of it has to be kept.
CREATE FUNCTION guard.is_leaving(account uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
AS $$
  SELECT NOT EXISTS (SELECT FROM control.accounts a WHERE a.id = account)
    OR EXISTS (SELECT FROM guard.purges p WHERE p.account_id = account AND p.transaction_id = pg_current_xact_id_if_assigned())
$$;

-- Before a row changes that says who may do what: no user gives or takes what he doesn't hold, in a role,
-- by a role, or by changing somebody who holds more. Before and not after, so that a statement is judged by
-- what held when it began; and with the context checked for each row, since a statement may change it on
-- the way. The default roles stay, whoever asks.
CREATE FUNCTION guard.keep_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  changed constant jsonb[] := array_remove(ARRAY[to_jsonb(OLD), to_jsonb(NEW)], NULL);
  account constant uuid := (changed[1] ->> 'account_id')::uuid;
  who     text;
  missing text;
BEGIN
  IF TG_OP = 'DELETE' AND guard.is_leaving(account) THEN
    RETURN OLD;
  END IF;
  IF TG_TABLE_NAME = 'roles' AND (TG_OP = 'DELETE' OR changed[1] ->> 'name' <> changed[2] ->> 'name')
     AND EXISTS (SELECT FROM guard.default_roles d WHERE d.name = changed[1] ->> 'name') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ012', MESSAGE = format('Every tenant keeps the role "%s": it can''t be deleted or renamed.', changed[1] ->> 'name');
  END IF;
  who := guard.acting_user();
  IF who IS NOT NULL THEN
    SELECT moved.permission INTO missing FROM unnest(changed) c(row), LATERAL (
      SELECT c.row ->> 'permission' WHERE TG_TABLE_NAME = 'role_permissions'
      UNION ALL SELECT p.permission FROM tenant.role_permissions p
        WHERE TG_TABLE_NAME = 'user_roles' AND p.account_id = account AND p.role_id = (c.row ->> 'role_id')::uuid
      UNION ALL SELECT unnest(a.permissions) FROM guard.actors a
        WHERE TG_TABLE_NAME = 'users' AND a.account_id = account AND a.actor = 'user:' || (c.row ->> 'id')
    ) moved(permission)
    WHERE NOT EXISTS (SELECT FROM guard.actors a
      WHERE a.account_id = account AND a.actor = who AND a.enabled AND a.permissions && guard.including(moved.permission))
    LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'AZ020', MESSAGE = format('"%s" does not hold %s, and so can''t give or take it.', who, missing);
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END
$$;

-- After it has changed: what its users may do from the next statement on, and that somebody still may do
-- everything. One change in an account after the other, or each would miss the other's.
CREATE FUNCTION guard.renew_actors() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
DECLARE
  has_context constant boolean := guard.current_account() IS NOT NULL;
  changed jsonb[] := '{}';
  account uuid;
BEGIN
  IF TG_TABLE_NAME = 'users' THEN
    changed := ARRAY(SELECT to_jsonb(n) FROM new_rows n JOIN old_rows o ON (o.account_id, o.id) = (n.account_id, n.id)
      WHERE (o.disabled_at IS NULL) <> (n.disabled_at IS NULL));
  ELSE
    IF TG_OP <> 'DELETE' THEN
      changed := ARRAY(SELECT to_jsonb(n) FROM new_rows n);
    END IF;
    IF TG_OP <> 'INSERT' THEN
      changed := changed || ARRAY(SELECT to_jsonb(o) FROM old_rows o);
    END IF;
  END IF;
  FOR account IN SELECT DISTINCT (c ->> 'account_id')::uuid FROM unnest(changed) c LOOP
    CONTINUE WHEN guard.is_leaving(account);
    IF NOT has_context THEN
      PERFORM guard.enter(account, 'database:' || session_user);
    END IF;
    INSERT INTO guard.access_changes AS a (account_id) VALUES (account) ON CONFLICT (account_id) DO UPDATE SET changes = a.changes + 1;
    PERFORM guard.renew_access(account, ARRAY(
      SELECT (c ->> CASE TG_TABLE_NAME WHEN 'users' THEN 'id' ELSE 'user_id' END)::uuid FROM unnest(changed) c WHERE TG_TABLE_NAME <> 'role_permissions'
      UNION SELECT g.user_id FROM tenant.user_roles g JOIN unnest(changed) c ON g.role_id = (c ->> 'role_id')::uuid
      WHERE TG_TABLE_NAME = 'role_permissions' AND g.account_id = account));
    IF TG_OP <> 'INSERT' THEN
      PERFORM guard.keep_owner(account, changed);
    END IF;
    IF NOT has_context THEN
      PERFORM guard.leave();
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

CREATE FUNCTION guard.renew_access(account uuid, users uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
BEGIN
  DELETE FROM guard.actors a USING unnest(users) u WHERE a.account_id = account AND a.actor = 'user:' || u;
  INSERT INTO guard.actors (account_id, actor, enabled, permissions)
  SELECT account, 'user:' || u.id, u.disabled_at IS NULL, coalesce(array_agg(DISTINCT p.permission) FILTER (WHERE p.permission IS NOT NULL), '{}')
  FROM tenant.users u
  JOIN tenant.user_roles g ON (g.account_id, g.user_id) = (u.account_id, u.id)
  LEFT JOIN tenant.role_permissions p ON (p.account_id, p.role_id) = (g.account_id, g.role_id)
  WHERE u.account_id = account AND u.id = ANY (users)
  GROUP BY u.id, u.disabled_at;
END
$$;

-- Whoever takes something from the role owner, or from one who has it, leaves an owner behind.
CREATE FUNCTION guard.keep_owner(account uuid, changed jsonb[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog
AS $$
DECLARE
  owner_role uuid;
BEGIN
  SELECT r.id INTO owner_role FROM tenant.roles r WHERE r.account_id = account AND r.name = 'owner';
  IF EXISTS (SELECT FROM unnest(changed) c WHERE (c ->> 'role_id')::uuid = owner_role
      OR EXISTS (SELECT FROM tenant.user_roles g WHERE g.account_id = account AND g.role_id = owner_role AND g.user_id = (c ->> 'id')::uuid))
    AND NOT EXISTS (
      SELECT FROM tenant.user_roles g JOIN guard.actors a ON a.account_id = account AND a.actor = 'user:' || g.user_id
      WHERE g.account_id = account AND g.role_id = owner_role AND a.enabled AND a.permissions @> '{*:*}') THEN
    RAISE EXCEPTION USING ERRCODE = 'AZ021', MESSAGE = 'A tenant keeps an owner: a user with the role owner who is not disabled and may do everything.';
  END IF;
END
$$;

-- Who acts in the owner's name, as what makes an account does, answers for itself; cascades act so too,
-- but they only take.
CREATE TRIGGER access_given BEFORE INSERT OR UPDATE ON tenant.role_permissions FOR EACH ROW WHEN (current_user <> 'azora_owner') EXECUTE FUNCTION guard.keep_access();
CREATE TRIGGER access_taken BEFORE DELETE ON tenant.role_permissions FOR EACH ROW EXECUTE FUNCTION guard.keep_access();
CREATE TRIGGER access_given BEFORE INSERT OR UPDATE ON tenant.user_roles FOR EACH ROW WHEN (current_user <> 'azora_owner') EXECUTE FUNCTION guard.keep_access();
CREATE TRIGGER access_taken BEFORE DELETE ON tenant.user_roles FOR EACH ROW EXECUTE FUNCTION guard.keep_access();
CREATE TRIGGER access_taken BEFORE UPDATE OR DELETE ON tenant.roles FOR EACH ROW EXECUTE FUNCTION guard.keep_access();
CREATE TRIGGER access_taken BEFORE UPDATE OR DELETE ON tenant.users FOR EACH ROW EXECUTE FUNCTION guard.keep_access();

CREATE TRIGGER access_renewed AFTER UPDATE ON tenant.users REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION guard.renew_actors();

DO $$
DECLARE
  item record;
BEGIN
  FOR item IN
    SELECT format('tenant.%I', t.name) AS target, c.command, c.transitions
    FROM (VALUES ('role_permissions'), ('user_roles')) t(name),
      (VALUES ('insert', 'NEW TABLE AS new_rows'), ('update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'), ('delete', 'OLD TABLE AS old_rows')) c(command, transitions)
  LOOP
    EXECUTE format('CREATE TRIGGER access_renewed_%s AFTER %1$s ON %s REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION guard.renew_actors()',
      item.command, item.target, item.transitions);
  END LOOP;
  FOR item IN
    SELECT t.tgname AS name, t.tgrelid::regclass AS target FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'tenant'::regnamespace AND t.tgname LIKE 'access\_%'
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', item.target, item.name);
  END LOOP;
END
$$;
CREATE TRIGGER row_hash BEFORE INSERT ON tenant.audit_log FOR EACH ROW EXECUTE FUNCTION guard.hash_audit();
ALTER TABLE tenant.audit_log ENABLE ALWAYS TRIGGER row_hash;

RESET ROLE;
