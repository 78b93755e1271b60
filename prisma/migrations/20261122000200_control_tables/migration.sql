-- What the vendor knows: accounts, plans, billing, operators, the admin audit log, receipts.

SET ROLE azora_owner;

-- CreateEnum
CREATE TYPE control.account_status AS ENUM ('provisioning', 'active', 'suspended', 'purge_scheduled', 'purging');

-- CreateEnum
CREATE TYPE control.suspension_mode AS ENUM ('full', 'read_only');

-- CreateEnum
CREATE TYPE control.suspension_cause AS ENUM ('operator', 'nonpayment');

-- CreateEnum
CREATE TYPE control.subscription_status AS ENUM ('trialing', 'active', 'past_due', 'paused', 'canceled');

-- CreateEnum
CREATE TYPE control.operator_role AS ENUM ('vendor_admin', 'billing', 'support');

-- CreateEnum
CREATE TYPE control.admin_outcome AS ENUM ('done', 'refused', 'failed');

-- CreateTable
CREATE TABLE control.accounts (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    status control.account_status NOT NULL DEFAULT 'active',
    region TEXT,
    metadata JSONB NOT NULL DEFAULT '{}',
    suspension control.suspension_mode,
    suspension_cause control.suspension_cause,
    suspension_reason TEXT,
    suspended_at TIMESTAMPTZ(6),
    hold_reason TEXT,
    held_by TEXT,
    held_at TIMESTAMPTZ(6),
    purge_reason TEXT,
    purge_requested_by TEXT,
    purge_after TIMESTAMPTZ(6),
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT accounts_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.purge_approvals (
    account_id UUID NOT NULL,
    operator TEXT NOT NULL DEFAULT SESSION_USER,
    approved_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT purge_approvals_pkey PRIMARY KEY (account_id,operator)
);

-- CreateTable
CREATE TABLE control.plans (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    currency CHAR(3) NOT NULL,
    "interval" TEXT NOT NULL DEFAULT 'month',
    archived_at TIMESTAMPTZ(6),
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT plans_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.subscriptions (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    account_id UUID NOT NULL,
    plan_id UUID NOT NULL,
    status control.subscription_status NOT NULL DEFAULT 'active',
    started_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT subscriptions_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.operators (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    login TEXT NOT NULL,
    role control.operator_role NOT NULL,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_by TEXT NOT NULL DEFAULT SESSION_USER,
    expires_at TIMESTAMPTZ(6),
    disabled_at TIMESTAMPTZ(6),
    password_from TEXT,
    password_at TIMESTAMPTZ(6),

    CONSTRAINT operators_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.admin_audit_log (
    id BIGSERIAL NOT NULL,
    occurred_at TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    operator TEXT NOT NULL DEFAULT SESSION_USER,
    action TEXT NOT NULL,
    outcome control.admin_outcome NOT NULL DEFAULT 'done',
    account_id UUID,
    account_slug TEXT,
    old_values JSONB,
    new_values JSONB,
    reason TEXT,
    message TEXT,
    command TEXT,
    request_id TEXT,
    transaction_id BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,

    CONSTRAINT admin_audit_log_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.purge_receipts (
    sequence BIGINT NOT NULL,
    account_id UUID NOT NULL,
    account_slug TEXT NOT NULL,
    operator TEXT NOT NULL,
    purged_at TIMESTAMPTZ(6) NOT NULL,
    counts JSONB NOT NULL,
    total BIGINT NOT NULL,
    payload TEXT NOT NULL,
    previous_hash TEXT,
    hash TEXT NOT NULL,
    key_id TEXT,
    signature TEXT,

    CONSTRAINT purge_receipts_pkey PRIMARY KEY (sequence)
);

-- CreateTable
CREATE TABLE control.receipt_addenda (
    sequence BIGINT NOT NULL,
    receipt_sequence BIGINT NOT NULL,
    store TEXT NOT NULL,
    operator TEXT NOT NULL,
    stated_at TIMESTAMPTZ(6) NOT NULL,
    payload TEXT NOT NULL,
    previous_hash TEXT,
    hash TEXT NOT NULL,
    key_id TEXT,
    signature TEXT,

    CONSTRAINT receipt_addenda_pkey PRIMARY KEY (sequence)
);

-- CreateTable
CREATE TABLE control.settings (
    key TEXT NOT NULL,
    "value" JSONB NOT NULL,
    updated_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT settings_pkey PRIMARY KEY (key)
);

-- CreateIndex
CREATE UNIQUE INDEX accounts_slug_key ON control.accounts(slug);

-- CreateIndex
CREATE UNIQUE INDEX plans_code_key ON control.plans(code);

-- CreateIndex
CREATE UNIQUE INDEX subscriptions_account_id_key ON control.subscriptions(account_id);

-- CreateIndex
CREATE INDEX subscriptions_plan_id_idx ON control.subscriptions(plan_id);

-- CreateIndex
CREATE UNIQUE INDEX operators_login_key ON control.operators(login);

-- CreateIndex
CREATE INDEX admin_audit_log_account_id_idx ON control.admin_audit_log(account_id);

-- CreateIndex
CREATE INDEX admin_audit_log_transaction_id_idx ON control.admin_audit_log(transaction_id);

-- CreateIndex
CREATE UNIQUE INDEX purge_receipts_account_id_key ON control.purge_receipts(account_id);

-- CreateIndex
CREATE UNIQUE INDEX receipt_addenda_receipt_sequence_store_key ON control.receipt_addenda(receipt_sequence, store);

-- AddForeignKey
ALTER TABLE control.purge_approvals ADD CONSTRAINT purge_approvals_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.receipt_addenda ADD CONSTRAINT receipt_addenda_receipt_sequence_fkey FOREIGN KEY (receipt_sequence) REFERENCES control.purge_receipts(sequence) ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.subscriptions ADD CONSTRAINT subscriptions_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.subscriptions ADD CONSTRAINT subscriptions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES control.plans(id) ON DELETE RESTRICT ON UPDATE NO ACTION;

-- What no client can get wrong, because it holds here.
ALTER TABLE control.accounts
  ADD CONSTRAINT accounts_slug_check CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT accounts_name_check CHECK (length(trim(name)) BETWEEN 1 AND 200),
  ADD CONSTRAINT accounts_contact_email_check CHECK (contact_email ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$'),
  ADD CONSTRAINT accounts_region_check CHECK (region ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  ADD CONSTRAINT accounts_metadata_check CHECK (jsonb_typeof(metadata) = 'object' AND length(metadata::text) <= 16384),
  -- A scheduled purge keeps the suspension that it found: who may still read goes on reading.
  ADD CONSTRAINT accounts_suspension_check CHECK ((status IN ('suspended', 'purge_scheduled', 'purging')) = (suspension IS NOT NULL)),
  ADD CONSTRAINT accounts_cause_check CHECK ((suspension IS NULL) = (suspension_cause IS NULL)),
  ADD CONSTRAINT accounts_hold_check CHECK ((held_at IS NULL) = (hold_reason IS NULL) AND (held_at IS NULL) = (held_by IS NULL)),
  ADD CONSTRAINT accounts_purge_check CHECK (
    (status = 'purge_scheduled') = (purge_after IS NOT NULL) AND (purge_after IS NULL OR purge_requested_by IS NOT NULL) OR status = 'purging');
ALTER TABLE control.plans
  ADD CONSTRAINT plans_price_minor_check CHECK (price_minor >= 0),
  ADD CONSTRAINT plans_interval_check CHECK ("interval" IN ('month', 'year'));

INSERT INTO control.plans (code, name, price_minor, currency, "interval") VALUES
  ('free',       'Free',           0, 'EUR', 'month'),
  ('team',       'Team',       19000, 'EUR', 'month'),
  ('enterprise', 'Enterprise', 99000, 'EUR', 'month');

RESET ROLE;
