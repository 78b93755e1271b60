-- What the vendor knows: accounts, plans, billing, operators, the admin audit log, receipts.

SET ROLE azora_owner;

-- CreateEnum
CREATE TYPE control.account_status AS ENUM ('provisioning', 'active', 'suspended', 'purge_scheduled', 'purging');

-- CreateEnum
CREATE TYPE control.suspension_mode AS ENUM ('full', 'read_only');

-- CreateEnum
CREATE TYPE control.suspension_cause AS ENUM ('operator', 'nonpayment');

-- CreateEnum
CREATE TYPE control.subscription_status AS ENUM ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled');

-- CreateEnum
CREATE TYPE control.billing_step_state AS ENUM ('pending', 'done', 'failed', 'dropped');

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
    trial_days INTEGER NOT NULL DEFAULT 0,
    stripe_product_id TEXT,
    stripe_price_id TEXT,
    livemode BOOLEAN,
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
    stripe_id TEXT,
    stripe_item_id TEXT,
    stripe_price_id TEXT,
    livemode BOOLEAN,
    collection_method TEXT,
    current_period_start TIMESTAMPTZ(6),
    current_period_end TIMESTAMPTZ(6),
    cancel_at TIMESTAMPTZ(6),
    canceled_at TIMESTAMPTZ(6),
    paused_at TIMESTAMPTZ(6),
    past_due_since TIMESTAMPTZ(6),
    grace_until TIMESTAMPTZ(6),
    seen_at TIMESTAMPTZ(6),

    CONSTRAINT subscriptions_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.stripe_connection (
    "only" BOOLEAN NOT NULL DEFAULT true,
    livemode BOOLEAN NOT NULL,
    stripe_account TEXT NOT NULL,
    installation_id UUID NOT NULL DEFAULT gen_random_uuid(),
    connected_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    connected_by TEXT NOT NULL DEFAULT SESSION_USER,

    CONSTRAINT stripe_connection_pkey PRIMARY KEY ("only")
);

-- CreateTable
CREATE TABLE control.stripe_customers (
    account_id UUID NOT NULL,
    stripe_id TEXT NOT NULL,
    livemode BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT stripe_customers_pkey PRIMARY KEY (account_id)
);

-- CreateTable
CREATE TABLE control.billing_steps (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    account_id UUID,
    plan_id UUID,
    detail JSONB NOT NULL DEFAULT '{}',
    request JSONB,
    idempotency_key TEXT NOT NULL,
    dedup_key TEXT,
    state control.billing_step_state NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt_at TIMESTAMPTZ(6),
    last_attempt_at TIMESTAMPTZ(6),
    next_attempt_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    leased_by TEXT,
    lease_until TIMESTAMPTZ(6),
    last_error TEXT,
    result JSONB,
    created_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_by TEXT NOT NULL DEFAULT SESSION_USER,
    finished_at TIMESTAMPTZ(6),

    CONSTRAINT billing_steps_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.stripe_events (
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    object_id TEXT,
    livemode BOOLEAN NOT NULL,
    occurred_at TIMESTAMPTZ(6) NOT NULL,
    received_at TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    outcome TEXT NOT NULL,

    CONSTRAINT stripe_events_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.stripe_event_cursor (
    "only" BOOLEAN NOT NULL DEFAULT true,
    event_id TEXT,
    head_id TEXT,
    head_at TIMESTAMPTZ(6),
    read_at TIMESTAMPTZ(6) NOT NULL,
    missed_since TIMESTAMPTZ(6),

    CONSTRAINT stripe_event_cursor_pkey PRIMARY KEY ("only")
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
CREATE TABLE control.support_grants (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    operator TEXT NOT NULL,
    scope TEXT NOT NULL DEFAULT 'read',
    tables TEXT[],
    reason TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    expires_at TIMESTAMPTZ(6) NOT NULL,
    revoked_by TEXT,
    revoked_at TIMESTAMPTZ(6),

    CONSTRAINT support_grants_pkey PRIMARY KEY (id)
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
    content_hash BYTEA NOT NULL,

    CONSTRAINT admin_audit_log_pkey PRIMARY KEY (id)
);

-- CreateTable
CREATE TABLE control.admin_audit_checkpoints (
    sequence BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
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

    CONSTRAINT admin_audit_checkpoints_pkey PRIMARY KEY (sequence)
);

-- CreateTable
CREATE TABLE control.admin_audit_retentions (
    sequence BIGINT NOT NULL,
    through BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    retained_at TIMESTAMPTZ(6) NOT NULL,
    payload TEXT NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL,

    CONSTRAINT admin_audit_retentions_pkey PRIMARY KEY (sequence)
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

-- CreateTable
CREATE TABLE control.key_handovers (
    hash TEXT NOT NULL,
    old_key TEXT NOT NULL,
    new_key TEXT NOT NULL,
    until TIMESTAMPTZ(6) NOT NULL,
    payload TEXT NOT NULL,
    old_signature TEXT,
    new_signature TEXT NOT NULL,

    CONSTRAINT key_handovers_pkey PRIMARY KEY (hash)
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
CREATE UNIQUE INDEX subscriptions_stripe_id_key ON control.subscriptions(stripe_id);

-- CreateIndex
CREATE UNIQUE INDEX stripe_connection_livemode_key ON control.stripe_connection(livemode);

-- CreateIndex
CREATE UNIQUE INDEX stripe_customers_stripe_id_key ON control.stripe_customers(stripe_id);

-- CreateIndex
CREATE UNIQUE INDEX billing_steps_idempotency_key_key ON control.billing_steps(idempotency_key);

-- CreateIndex
CREATE UNIQUE INDEX billing_steps_dedup_key_key ON control.billing_steps(dedup_key);

-- CreateIndex
CREATE INDEX billing_steps_state_idx ON control.billing_steps(state, id);

-- CreateIndex
CREATE INDEX billing_steps_account_id_idx ON control.billing_steps(account_id);

-- CreateIndex
CREATE INDEX billing_steps_plan_id_idx ON control.billing_steps(plan_id);

-- CreateIndex
CREATE INDEX stripe_events_occurred_at_idx ON control.stripe_events(occurred_at);

-- CreateIndex
CREATE UNIQUE INDEX operators_login_key ON control.operators(login);

-- CreateIndex
CREATE INDEX support_grants_account_id_idx ON control.support_grants(account_id);

-- CreateIndex
CREATE INDEX support_grants_operator_idx ON control.support_grants(operator);

-- CreateIndex
CREATE INDEX admin_audit_log_account_id_idx ON control.admin_audit_log(account_id);

-- CreateIndex
CREATE INDEX admin_audit_log_transaction_id_idx ON control.admin_audit_log(transaction_id);

-- CreateIndex
CREATE INDEX purge_receipts_account_id_idx ON control.purge_receipts(account_id);

-- CreateIndex
CREATE UNIQUE INDEX receipt_addenda_receipt_sequence_store_key ON control.receipt_addenda(receipt_sequence, store);

-- AddForeignKey
ALTER TABLE control.purge_approvals ADD CONSTRAINT purge_approvals_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.support_grants ADD CONSTRAINT support_grants_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.receipt_addenda ADD CONSTRAINT receipt_addenda_receipt_sequence_fkey FOREIGN KEY (receipt_sequence) REFERENCES control.purge_receipts(sequence) ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.subscriptions ADD CONSTRAINT subscriptions_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.subscriptions ADD CONSTRAINT subscriptions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES control.plans(id) ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.stripe_customers ADD CONSTRAINT stripe_customers_account_id_fkey FOREIGN KEY (account_id) REFERENCES control.accounts(id) ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.plans ADD CONSTRAINT plans_livemode_fkey FOREIGN KEY (livemode) REFERENCES control.stripe_connection(livemode) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.subscriptions ADD CONSTRAINT subscriptions_livemode_fkey FOREIGN KEY (livemode) REFERENCES control.stripe_connection(livemode) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.stripe_customers ADD CONSTRAINT stripe_customers_livemode_fkey FOREIGN KEY (livemode) REFERENCES control.stripe_connection(livemode) ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE control.stripe_events ADD CONSTRAINT stripe_events_livemode_fkey FOREIGN KEY (livemode) REFERENCES control.stripe_connection(livemode) ON DELETE NO ACTION ON UPDATE NO ACTION;

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
  ADD CONSTRAINT plans_code_check CHECK (code ~ '^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$'),
  ADD CONSTRAINT plans_name_check CHECK (length(trim(name)) BETWEEN 1 AND 200),
  ADD CONSTRAINT plans_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT plans_trial_days_check CHECK (trial_days BETWEEN 0 AND 730),
  ADD CONSTRAINT plans_livemode_check CHECK ((stripe_price_id IS NULL) = (livemode IS NULL)),
  ADD CONSTRAINT plans_interval_check CHECK ("interval" IN ('month', 'year'));
ALTER TABLE control.subscriptions
  ADD CONSTRAINT subscriptions_livemode_check CHECK ((stripe_id IS NULL) = (livemode IS NULL)),
  ADD CONSTRAINT subscriptions_collection_method_check CHECK (collection_method IN ('charge_automatically', 'send_invoice'));
ALTER TABLE control.stripe_connection ADD CONSTRAINT stripe_connection_only_check CHECK ("only");
ALTER TABLE control.stripe_event_cursor ADD CONSTRAINT stripe_event_cursor_only_check CHECK ("only");
-- A window that a tenant opens for one operator ends by itself.
ALTER TABLE control.support_grants
  ADD CONSTRAINT support_grants_scope_check CHECK (scope = 'read'),
  ADD CONSTRAINT support_grants_reason_check CHECK (length(trim(reason)) BETWEEN 1 AND 1000),
  ADD CONSTRAINT support_grants_tables_check CHECK (tables <> '{}'),
  ADD CONSTRAINT support_grants_expires_at_check CHECK (expires_at > granted_at AND expires_at <= granted_at + interval '7 days'),
  ADD CONSTRAINT support_grants_revoked_check CHECK ((revoked_at IS NULL) = (revoked_by IS NULL));
-- A step is one account's or one plan's; what is leased has a name on it.
ALTER TABLE control.billing_steps
  ADD CONSTRAINT billing_steps_subject_check CHECK ((account_id IS NULL) <> (plan_id IS NULL)),
  ADD CONSTRAINT billing_steps_kind_check CHECK (kind ~ CASE WHEN plan_id IS NULL THEN '^(customer|subscription|usage)\.' ELSE '^plan\.' END),
  ADD CONSTRAINT billing_steps_lease_check CHECK ((leased_by IS NULL) = (lease_until IS NULL)),
  ADD CONSTRAINT billing_steps_finished_check CHECK ((state IN ('done', 'dropped')) = (finished_at IS NOT NULL));

INSERT INTO control.plans (code, name, price_minor, currency, "interval") VALUES
  ('free',       'Free',           0, 'EUR', 'month'),
  ('team',       'Team',       19000, 'EUR', 'month'),
  ('enterprise', 'Enterprise', 99000, 'EUR', 'month');

RESET ROLE;
