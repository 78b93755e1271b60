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

    CONSTRAINT audit_log_pkey PRIMARY KEY (account_id,id)
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
  ADD CONSTRAINT role_permissions_permission_check CHECK (permission ~ '^([a-z_]+|\*):([a-z_]+|\*)$');
-- A line about a write always names its row.
ALTER TABLE tenant.audit_log
  ADD CONSTRAINT audit_log_row_id_check CHECK (operation = 'read' OR row_id IS NOT NULL);

-- Who follows the log asks for what came since: the end of a table that only grows. A BRIN index is a few bytes for each
-- block and costs a line next to nothing, if the blocks are summarised as they fill and not when VACUUM comes by.
ALTER INDEX tenant.audit_log_transaction_id_idx SET (autosummarize = on);

SELECT guard.protect('tenant.audit_log', append_only => true);
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

RESET ROLE;
