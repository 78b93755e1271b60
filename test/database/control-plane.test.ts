import { expect, it } from "vitest";
import { createTenant } from "../../src/control-plane/create-tenant.js";
import { findTenant } from "../../src/control-plane/find-tenant.js";
import { listTenants } from "../../src/control-plane/list-tenants.js";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { resumeTenant } from "../../src/control-plane/resume-tenant.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { OPERATOR_GROUPS, type OperatorRole } from "../../src/database/logins.js";
import { fingerprint } from "../support/fingerprint.js";
import { OPERATORS } from "../support/prepare.js";
import { reachable, rightsOf } from "../support/reachable.js";
import { describeOnBothEngines } from "../support/world.js";

const ROLES = Object.keys(OPERATORS) as OperatorRole[];
const NEW = { slug: "gamma", name: "Gamma", ownerEmail: "owner@gamma.test", plan: "free", ifNotExists: false, dryRun: false };

describeOnBothEngines("the control plane's logins", (world) => {
  it.each(ROLES)("%s reads nothing of a tenant: no table, column, view, sequence or function", async (role) => {
    await world().as(role);
    const { tried, reached } = await reachable(world(), await world().engine.pool("control"));
    expect(reached).toEqual([]);
    expect(tried).toBeGreaterThan(100);
  });

  it.each(ROLES)("%s holds no right there by the catalog either", async (role) => {
    expect(await rightsOf(world(), OPERATORS[role])).toEqual([]);
  });

  it("would be seen with a single column, if one were granted", async () => {
    await world().as("support");
    await world().look("GRANT USAGE ON SCHEMA guard TO azora_support");
    await world().look("GRANT SELECT (append_only) ON guard.protected_tables TO azora_support");
    const { reached } = await reachable(world(), await world().engine.pool("control"));
    const rights = await rightsOf(world(), OPERATORS.support);
    await world().look("REVOKE ALL ON guard.protected_tables FROM azora_support");
    await world().look("REVOKE ALL ON SCHEMA guard FROM azora_support");
    expect(reached).toEqual(["guard.protected_tables.append_only: no error"]);
    expect(rights).toEqual(["guard.protected_tables", "guard"]);
  });

  it.each(ROLES)("%s lists and shows tenants all the same", async (role) => {
    const control = await world().as(role);
    const { tenants } = await listTenants(control);
    expect(tenants.map(({ slug }) => slug)).toEqual(expect.arrayContaining(["alpha", "beta"]));
    expect(await findTenant(control, "alpha")).toMatchObject({ id: world().a.id, plan: "team" });
  });

  it.each(ROLES)("%s is in no group but its own, and can become nobody else", async (role) => {
    const above = await world().look<{ name: string }>(
      "SELECT rolname AS name FROM pg_roles r WHERE pg_has_role($1, r.oid, 'MEMBER') AND rolname <> $1",
      OPERATORS[role],
    );
    const order = ["azora_support", "azora_billing", "azora_vendor_admin"];
    expect(above.map(({ name }) => name).sort()).toEqual(order.slice(0, order.indexOf(OPERATOR_GROUPS[role]) + 1).sort());
    expect(
      await world().look(
        "SELECT rolname FROM pg_roles WHERE rolname = $1 AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
        OPERATORS[role],
      ),
    ).toEqual([]);
  });

  it("no view, materialized view or foreign table carries tenant rows out of their schema", async () => {
    const rows = await world().look(`
      SELECT oid::regclass::text FROM pg_class
      WHERE relkind IN ('v', 'm', 'f') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')`);
    expect(rows).toEqual([]);
  });

  it("vendor-admin purges what it can't read", async () => {
    const control = await world().as("vendor-admin");
    const { id, slug } = await world().newTenant();
    const pool = await world().engine.pool("control");
    await expect(pool.query("SELECT count(*) FROM tenant.users")).rejects.toMatchObject({ code: "42501" });
    const { receipt } = await purgeTenant(control, { tenant: slug, reason: null, now: true });
    expect(receipt).toMatchObject({ accountId: id, operator: OPERATORS["vendor-admin"] });
    expect(receipt.counts["tenant.users"]).toBe(1);
  });

  it.each([
    "billing",
    "support",
  ] as const)("%s can neither create nor purge, and each try is logged in its name", async (role) => {
    const control = await world().as(role);
    const { slug, id } = world().a;
    const before = await fingerprint(world(), id, true);
    const refused = { code: "NOT_PERMITTED" };
    await expect(createTenant(control, { ...NEW, slug: `gamma-${role}` })).rejects.toMatchObject(refused);
    await expect(purgeTenant(control, { tenant: slug, reason: null, now: true })).rejects.toMatchObject(refused);
    await expect(previewPurge(control, { tenant: slug })).rejects.toMatchObject(refused);
    const lines = await world().look(
      "SELECT action, outcome, account_id, account_slug FROM control.admin_audit_log WHERE operator = $1 ORDER BY id",
      OPERATORS[role],
    );
    const purge = { action: "tenant.purge", outcome: "refused", account_id: id, account_slug: slug };
    const create = { action: "tenant.create", outcome: "refused", account_id: null, account_slug: `gamma-${role}` };
    expect(lines).toEqual([create, purge, purge]);
    expect(await fingerprint(world(), id, true)).toEqual(before);
    expect(await world().look("SELECT slug FROM control.accounts WHERE slug LIKE 'gamma%'")).toEqual([]);
  });

  it("support can't suspend, billing can for non-payment, and both ends are logged with who it was", async () => {
    const { slug, id } = world().b;
    const support = await world().as("support");
    const suspension = { tenant: slug, reason: "unpaid", readOnly: false, forNonpayment: true, dryRun: false };
    await expect(suspendTenant(support, suspension)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const billing = await world().as("billing");
    expect(await suspendTenant(billing, suspension)).toMatchObject({ changed: true });
    expect(await resumeTenant(billing, { tenant: slug, fromNonpayment: true, dryRun: false })).toMatchObject({ changed: true });
    const lines = await world().look(
      "SELECT operator, action, outcome FROM control.admin_audit_log WHERE account_id = $1 AND action <> 'tenant.create' ORDER BY id DESC LIMIT 3",
      id,
    );
    expect(lines).toEqual([
      { operator: OPERATORS.billing, action: "tenant.resume", outcome: "done" },
      { operator: OPERATORS.billing, action: "tenant.suspend", outcome: "done" },
      { operator: OPERATORS.support, action: "tenant.suspend", outcome: "refused" },
    ]);
  });

  it.each(ROLES)("%s can't write a line in another's name, or one that says done", async (role) => {
    await world().as(role);
    const pool = await world().engine.pool("control");
    const insert = "INSERT INTO control.admin_audit_log (operator, action) VALUES ('somebody', 'tenant.purge')";
    await expect(pool.query(insert)).rejects.toMatchObject({ code: "42501" });
    const attempt = "SELECT control.record_attempt('tenant.purge', $1, NULL, NULL, NULL)";
    await expect(pool.query(attempt, ["done"])).rejects.toMatchObject({ code: "AZ013" });
    await pool.query(attempt, ["failed"]);
    const [line] = await world().look("SELECT operator FROM control.admin_audit_log ORDER BY id DESC LIMIT 1");
    expect(line).toEqual({ operator: OPERATORS[role] });
  });

  it.each(ROLES)("%s changes no account past the functions that log it", async (role) => {
    await world().as(role);
    const pool = await world().engine.pool("control");
    for (const sql of [
      "UPDATE control.accounts SET status = 'active'",
      "DELETE FROM control.accounts",
      "INSERT INTO control.accounts (slug, name, contact_email) VALUES ('x', 'x', 'x@x.test')",
      "UPDATE control.operators SET role = 'vendor_admin'",
      "INSERT INTO control.settings (key, value) VALUES ('signing_key.mine', '\"x\"')",
      "UPDATE control.purge_receipts SET counts = '{}'",
    ]) {
      await expect(pool.query(sql), sql).rejects.toMatchObject({ code: "42501" });
    }
  });
});
