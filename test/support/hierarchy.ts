import type { OperatorRole } from "../../src/database/logins.js";

/** From the least to the most: each may do what the ones before it may. */
export const HIERARCHY: readonly OperatorRole[] = ["support", "billing", "vendor-admin"];

/** One thing that operators do, or must not. */
export interface Permission {
  readonly does: string;
  /** The command, as it changes nothing; ALPHA is a tenant, HELD a suspended one, GONE a purged one, SELF the operator, FILE declares a tenant. Empty without one. */
  readonly command: readonly string[];
  /** What reaches the database under it. `$1` is the tenant's id, `$2` the suspended one's. */
  readonly statements: readonly string[];
  /** The least role that may; nobody for what no operator may. */
  readonly from: OperatorRole | "nobody";
}

const may = (from: Permission["from"], does: string, command: string, ...statements: string[]): Permission => ({
  does,
  command: command === "" ? [] : command.split(" "),
  statements,
  from,
});

/** Who may do what: walked through by a test as each role, and printed as docs/operators.md. */
export const PERMISSIONS: readonly Permission[] = [
  may("support", "see who one is", "whoami", "SELECT FROM control.who_am_i()"),
  may(
    "support",
    "see where one is, and what to do next",
    "status",
    "SELECT status, count(*) FROM control.accounts GROUP BY status",
  ),
  may("support", "list tenants", "tenant:list", "SELECT * FROM control.accounts", "SELECT * FROM control.plans"),
  may("support", "show a tenant", "tenant:show ALPHA", "SELECT id, account_id, plan_id, status FROM control.subscriptions"),
  may(
    "support",
    "change one's own password",
    "operator:rotate SELF --dry-run",
    "SELECT FROM control.rotate_operator(session_user, NULL, NULL)",
  ),
  may(
    "support",
    "leave a line about a refusal",
    "",
    "SELECT FROM control.begin_request('x', 'x')",
    "SELECT FROM control.record_attempt('x', 'refused', NULL, NULL, NULL)",
  ),
  may(
    "support",
    "see which tenants have let one in; a vendor admin sees everybody's",
    "support:list",
    "SELECT * FROM control.list_support_grants(NULL, 10)",
  ),
  may(
    "support",
    "read a tenant that has let one in",
    "support:read ALPHA documents",
    "SELECT control.ask_support_read($1, 'documents', '{}', NULL, 1)",
    "SELECT control.find_support_rows($1)",
    "SELECT * FROM control.read_support_rows($1)",
  ),
  may("billing", "see when a subscription began", "", "SELECT started_at FROM control.subscriptions"),
  may("billing", "put a tenant on another plan", "tenant:plan ALPHA free --dry-run", "SELECT control.change_plan($1, 'free')"),
  may(
    "billing",
    "suspend for non-payment",
    "tenant:suspend ALPHA --reason x --nonpayment --dry-run",
    "SELECT control.suspend_for_nonpayment($1, 'x', false)",
  ),
  may(
    "billing",
    "end a suspension for non-payment",
    "tenant:resume ALPHA --nonpayment --dry-run",
    "SELECT control.resume_from_nonpayment($1)",
  ),
  may("support", "list plans", "plan:list", "SELECT code, price_minor FROM control.plans"),
  may(
    "billing",
    "make a plan",
    "plan:create pro --name x --amount 100 --currency EUR --dry-run",
    "SELECT FROM control.create_plan('pro', 'x', 100, 'EUR', 'month', 0)",
  ),
  may(
    "billing",
    "change a plan's price",
    "plan:update team --amount 100 --dry-run",
    "SELECT control.update_plan('team', 'x', NULL, NULL)",
    "SELECT control.push_plan(false, 'team')",
  ),
  may("billing", "take a plan out of sale", "plan:archive team --dry-run", "SELECT control.archive_plan('team')"),
  may(
    "billing",
    "connect Stripe",
    "billing:connect --dry-run",
    "SELECT control.connect_billing('acct_hierarchy', false)",
    "SELECT * FROM control.stripe_connection",
  ),
  may(
    "billing",
    "see what a tenant is billed",
    "billing:show ALPHA",
    "SELECT * FROM control.stripe_customers",
    "SELECT stripe_id FROM control.subscriptions",
  ),
  may("billing", "see a tenant's invoices", "billing:invoices ALPHA", "SELECT * FROM control.stripe_customers"),
  may("billing", "make a link to the portal", "billing:portal ALPHA", "SELECT * FROM control.stripe_customers"),
  may(
    "billing",
    "change plan and way of paying at Stripe",
    "billing:change ALPHA --plan enterprise --dry-run",
    "SELECT control.change_plan($1, 'free', 1)",
    "SELECT control.set_collection(false, $1, 'charge_automatically')",
  ),
  may(
    "billing",
    "report usage",
    "billing:usage ALPHA --meter x --value 1 --at 2026-11-22 --id x --dry-run",
    "SELECT control.report_usage(false, $1, 'x', 1, now(), 'x')",
  ),
  may(
    "billing",
    "do at Stripe what is waiting",
    "billing:run",
    "SELECT * FROM control.billing_steps",
    "SELECT FROM control.claim_billing_step(false, 'x', interval '1 minute')",
    "SELECT FROM control.finish_billing_step(1, 'x', '{}')",
    "SELECT control.fail_billing_step(1, 'x', 'x', false, false)",
    "SELECT control.retry_billing_steps()",
  ),
  may(
    "billing",
    "see and put right in what Stripe differs",
    "billing:sync",
    'SELECT control.mirror_subscription(false, \'{"id":"sub_x"}\', now())',
    "SELECT control.repair_billing(false, $1, 'other-plan')",
  ),
  may("billing", "pause, resume, cancel a subscription", "", "SELECT control.set_billing($1, 'pause')"),
  may(
    "billing",
    "take in what happened at Stripe",
    "billing:events --dry-run",
    "SELECT control.apply_stripe_event(false, 'evt_x', 'x', NULL, now(), NULL, NULL)",
    "SELECT FROM control.begin_event_pull(false)",
    "SELECT FROM control.move_event_cursor(false, 'evt_x', now())",
    "SELECT control.settle_missed_events(false)",
    "SELECT * FROM control.stripe_events",
    "SELECT * FROM control.stripe_event_cursor",
  ),
  may(
    "billing",
    "receive Stripe's events by HTTP",
    "",
    "SELECT control.apply_stripe_event(false, 'evt_x', 'x', NULL, now(), NULL, NULL)",
  ),
  may(
    "billing",
    "act on non-payment",
    "billing:enforce --dry-run",
    "SELECT * FROM control.nonpayment_steps()",
    "SELECT control.enforce_nonpayment(false, $1, 'grace')",
  ),
  may(
    "vendor-admin",
    "create a tenant",
    "tenant:create New --slug new --owner-email new@new.test --dry-run",
    "SELECT FROM control.create_account('new', 'New', 'new@new.test', 'free', false)",
  ),
  may(
    "vendor-admin",
    "make tenants what a file says",
    "tenant:apply -f FILE --dry-run",
    `SELECT FROM control.create_accounts('[{"slug": "new", "name": "New", "ownerEmail": "new@new.test", "plan": "free"}]', false)`,
  ),
  may(
    "vendor-admin",
    "change a tenant's name, contact, slug, region, metadata",
    "tenant:update ALPHA --name x --dry-run",
    "SELECT control.update_account($1, NULL, 'x', NULL, NULL)",
  ),
  may("vendor-admin", "count what a tenant has", "tenant:stats ALPHA", "SELECT control.account_statistics($1)"),
  may(
    "vendor-admin",
    "suspend a tenant",
    "tenant:suspend ALPHA --reason x --dry-run",
    "SELECT control.suspend_account($1, 'x', false)",
  ),
  may("vendor-admin", "end any suspension", "tenant:resume HELD --dry-run", "SELECT control.resume_account($2)"),
  may(
    "vendor-admin",
    "put a tenant under legal hold",
    "tenant:hold ALPHA --reason x --dry-run",
    "SELECT control.hold_account($1, 'x')",
  ),
  may("vendor-admin", "end a legal hold", "tenant:release ALPHA --reason x --dry-run", "SELECT control.release_account($1, 'x')"),
  may(
    "vendor-admin",
    "schedule a purge",
    "tenant:purge HELD --after 30d --dry-run",
    "SELECT control.schedule_purge($2, 'x', interval '30 days')",
  ),
  may("vendor-admin", "take a purge back", "tenant:purge HELD --cancel --dry-run", "SELECT control.cancel_purge($2)"),
  may("vendor-admin", "approve another's purge", "", "SELECT control.approve_purge($2)", "SELECT * FROM control.purge_approvals"),
  may(
    "vendor-admin",
    "purge a tenant",
    "tenant:purge HELD --dry-run",
    "SELECT FROM control.end_billing($2)",
    "SELECT FROM control.check_purge($2, false)",
    "SELECT FROM control.open_purge($2, 'x', false)",
    "SELECT control.sweep_table($2, 'tenant.users')",
    "SELECT FROM control.close_purge($2, 'x', '[]')",
    "SELECT FROM control.purge_account($2, 'x', false)",
    "SELECT FROM control.sign_receipt(1, 'x', 'x')",
  ),
  may("vendor-admin", "list receipts of purges", "receipt:list", "SELECT * FROM control.purge_receipts"),
  may("vendor-admin", "show a receipt", "receipt:show GONE", "SELECT * FROM control.receipt_addenda"),
  may("vendor-admin", "check all receipts", "receipt:verify --chain", "SELECT sequence FROM control.purge_receipts"),
  may(
    "vendor-admin",
    "finish what was pending outside",
    "receipt:complete GONE --dry-run",
    "SELECT FROM control.complete_store(1, 'stripe', 'removed', NULL, 'x')",
  ),
  may("vendor-admin", "list operators", "operator:list", "SELECT * FROM control.operators"),
  may(
    "vendor-admin",
    "make an operator",
    "operator:create azora_test_new --role support --dry-run",
    "SELECT FROM control.create_operator('azora_test_new', 'support', NULL, NULL)",
  ),
  may(
    "vendor-admin",
    "give an operator another role",
    "operator:grant azora_test_billing --role support --dry-run",
    "SELECT control.grant_operator('azora_test_billing', 'support')",
  ),
  may(
    "vendor-admin",
    "give another a password",
    "",
    "SELECT FROM control.rotate_operator('azora_test_second_billing', NULL, NULL)",
  ),
  may(
    "vendor-admin",
    "shut an operator out",
    "operator:disable azora_test_billing --dry-run",
    "SELECT control.disable_operator('azora_test_billing')",
  ),
  may(
    "vendor-admin",
    "let an operator back in",
    "operator:enable azora_test_billing --dry-run",
    "SELECT control.enable_operator('azora_test_billing', NULL, NULL)",
  ),
  may("vendor-admin", "list the settings", "settings:list", "SELECT * FROM control.list_settings()"),
  may(
    "vendor-admin",
    "change a setting; of a purge's approvals, ask for more",
    "settings:set purge.approvals 2 --dry-run",
    "SELECT control.set_setting('purge.approvals', '2')",
  ),
  may("vendor-admin", "read the admin audit log", "audit:export --control-plane", "SELECT * FROM control.admin_audit_log"),
  may(
    "vendor-admin",
    "follow the admin audit log",
    "audit:tail --control-plane",
    "SELECT transaction_id FROM control.admin_audit_log",
  ),
  may(
    "vendor-admin",
    "read the published keys",
    "key:show --published",
    "SELECT * FROM control.settings",
    "SELECT * FROM control.key_handovers",
  ),
  may(
    "vendor-admin",
    "seal the audit logs",
    "audit:seal --dry-run",
    "SELECT control.open_seal($1)",
    "SELECT control.open_seal(NULL)",
    "SELECT FROM control.close_seal($1, 'x', 'x')",
    "SELECT * FROM control.list_checkpoints($1, 1)",
  ),
  may(
    "vendor-admin",
    "remove old, sealed and exported entries of the audit logs",
    "audit:retain --older-than 400d --dry-run",
    "SELECT control.open_retention($1, '400 days')",
    "SELECT control.open_retention(NULL, '400 days')",
    "SELECT FROM control.close_retention($1, 'x', 'x')",
    "SELECT * FROM control.list_retentions($1, 1)",
    "SELECT * FROM control.admin_audit_retentions",
    "SELECT control.finish_audit_export(NULL, '3:3:', NULL, 0, repeat('0', 64))",
  ),
  may(
    "vendor-admin",
    "verify the admin audit log",
    "audit:verify --control-plane",
    "SELECT * FROM control.admin_audit_checkpoints",
  ),
  may(
    "vendor-admin",
    "count what is in the admin audit log",
    "audit:stats --control-plane",
    "SELECT count(*) FROM control.admin_audit_log",
  ),
  may(
    "nobody",
    "write a table past the functions",
    "",
    "UPDATE control.accounts SET name = 'x'",
    "INSERT INTO control.operators (login, role) VALUES ('x', 'support')",
    "DELETE FROM control.purge_receipts",
    "UPDATE control.receipt_addenda SET store = 'x'",
    "UPDATE control.settings SET value = '2'",
    "UPDATE control.subscriptions SET status = 'canceled'",
    "UPDATE control.billing_steps SET state = 'done'",
    "UPDATE control.plans SET price_minor = 0",
    "DELETE FROM control.stripe_connection",
    "INSERT INTO control.purge_approvals (account_id) VALUES ($1)",
    "DELETE FROM control.admin_audit_log",
    "UPDATE control.admin_audit_checkpoints SET hash = 'x'",
    "UPDATE control.admin_audit_retentions SET hash = 'x'",
    "INSERT INTO guard.retentions (log) VALUES ($1)",
    "INSERT INTO guard.audit_exports (log) VALUES ($1)",
    "SELECT guard.count_audit_export($1, NULL, '3:3:', 0, 0, 'x', 'x')",
    "SELECT control.require_sealed($1, 1, 1)",
    "INSERT INTO guard.seals (log) VALUES ($1)",
  ),
  may(
    "nobody",
    "open anything of a tenant",
    "",
    "SELECT FROM tenant.users",
    "SELECT FROM tenant.audit_log",
    "SELECT FROM tenant.audit_checkpoints",
    "SELECT FROM tenant.audit_retentions",
    "SELECT control.begin_visit($1, 'x')",
    "SELECT guard.enter($1, 'x')",
    "SELECT FROM guard.context_keys",
    "SELECT FROM guard.actors",
    "SELECT guard.permits('documents:read')",
    "SELECT guard.check_reads('{tenant.documents}')",
    "SELECT FROM guard.permissions()",
    "SELECT guard.renew_access($1, '{}')",
  ),
  may(
    "nobody",
    "read a tenant that hasn't, or consent in its place",
    "support:read HELD documents",
    "SELECT control.ask_support_read($2, 'documents', '{}', NULL, 1)",
    "INSERT INTO control.support_grants SELECT (g).* FROM control.support_grants g",
    "UPDATE control.support_grants SET expires_at = expires_at + interval '1 day'",
    "SELECT * FROM control.support_grants",
    "SELECT guard.grant_support('azora_test_support', 1, NULL, 'x')",
    "SELECT * FROM guard.support_reads",
    "SELECT FROM control.require_support_grant($2, 'control.accounts'::regclass)",
  ),
  may(
    "nobody",
    "take a tenant's data home, say so, or bring one in",
    "",
    "SELECT guard.describe_export()",
    "SELECT guard.finish_export('x', '1:1:', 0)",
    "SELECT FROM guard.exports",
    "SELECT guard.open_import('{}', 'free', 'x')",
    "SELECT guard.close_import($1, '{}', '{}')",
  ),
  may(
    "nobody",
    "list, add or end a key",
    "",
    "SELECT FROM guard.context_keys",
    "INSERT INTO guard.context_keys (id) VALUES ('x')",
    "UPDATE guard.context_keys SET retired_at = 'infinity'",
    "INSERT INTO control.settings (key, value) VALUES ('signing_key.x', '1')",
    "INSERT INTO control.key_handovers (hash) VALUES ('x')",
    "SELECT control.require_signing_key('x', 'x')",
  ),
  may(
    "nobody",
    "make a login by hand, or become another",
    "",
    "CREATE ROLE azora_test_never",
    "SET ROLE azora_registrar",
    "SET ROLE azora_owner",
    "SELECT control.enroll_operator('azora_runtime', 'vendor_admin')",
  ),
];

/** The page for people. */
export function operatorsPage(): string {
  const mark = (from: Permission["from"], role: OperatorRole) =>
    from !== "nobody" && HIERARCHY.indexOf(role) >= HIERARCHY.indexOf(from) ? "yes" : "–";
  const shown = (command: readonly string[]) => {
    const words = command
      .filter((word) => word !== "--dry-run")
      .map((word) => ({ ALPHA: "acme", HELD: "acme", GONE: "acme", SELF: "ada", FILE: "tenants.yaml" })[word] ?? word);
    return command.length === 0 ? "" : `\`azora ${words.join(" ").replaceAll("azora_test_", "")}\``;
  };
  const rows = PERMISSIONS.map(
    ({ does, command, from }) => `| ${does} | ${HIERARCHY.map((role) => mark(from, role)).join(" | ")} | ${shown(command)} |`,
  );
  return `# What operators may do

Kept by grants in the database; \`test/database/hierarchy.test.ts\` logs in as each role and tries every line, command and SQL.
This page is made from the same table: \`npm run docs\`.

| | ${HIERARCHY.join(" | ")} | |
|---|${HIERARCHY.map(() => "---|").join("")}---|
${rows.join("\n")}

What is refused is logged like what is done, in the name of whoever tried: \`azora audit:export --control-plane\`. A refusal to psql is in the server's own log.
Why it is so: [decision 11](decisions/0011-operators.md).
`;
}
