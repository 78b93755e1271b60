import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { ensureOperator, OPERATOR_GROUPS, type OperatorRole } from "../../src/database/logins.js";
import { grantSupport } from "../../src/tenant-plane/support.js";
import { billingOf, connected, settled } from "../billing/billed-world.js";
import { Azora } from "../cli/azora.js";
import { type RunningStripe, startStripe } from "../stripe/start.js";
import { HIERARCHY, PERMISSIONS, type Permission } from "../support/hierarchy.js";
import { inside, ownerOf } from "../support/people.js";
import { OPERATORS } from "../support/prepare.js";
import { urlsOf } from "../support/server-template.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** Somebody else, to be given a password. */
const OTHER = "azora_test_second_billing";

function isAllowed(role: OperatorRole, { from }: Permission): boolean {
  return from !== "nobody" && HIERARCHY.indexOf(role) >= HIERARCHY.indexOf(from);
}

/** Purged already. */
const GONE = "long-gone";

async function prepare(world: World): Promise<TestTenant> {
  await ensureOperator(world.owner, OTHER, "billing");
  await purgeTenant(world.control, { tenant: (await world.newTenant(GONE)).slug, reason: "left", now: true });
  // Billed by Stripe: without it there is nothing to be asked of it.
  await world.look(
    "INSERT INTO control.stripe_connection (stripe_account, livemode) VALUES ('acct_hierarchy', false) ON CONFLICT DO NOTHING",
  );
  const owner = await ownerOf(world, world.a);
  const letIn = { hours: 1, tables: [], reason: "hierarchy", dryRun: false };
  for (const operator of Object.values(OPERATORS))
    await grantSupport(inside(world, world.a, owner.actor), { ...letIn, operator });
  const held = await world.newTenant();
  await suspendTenant(world.control, { tenant: held.slug, reason: "leaving", readOnly: false, dryRun: false });
  return held;
}

describeOnBothEngines("the hierarchy, by statements", (world) => {
  let held: TestTenant;
  beforeAll(async () => {
    held = await prepare(world());
  });

  /** As that role, and undone. @returns the SQLSTATE, or undefined when it went through */
  async function tryAs(statement: string): Promise<string | undefined> {
    const client = await (await world().engine.pool("control")).connect();
    try {
      await client.query("BEGIN");
      const values = [world().a.id, held.id];
      // A parameter that isn't used has no type.
      const text = statement.replaceAll("$1", `'${values[0]}'::uuid`).replaceAll("$2", `'${values[1]}'::uuid`);
      return await client.query(text).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }

  it.each(HIERARCHY)("%s may do what the table says, and nothing else in it", async (role) => {
    await world().as(role);
    for (const permission of PERMISSIONS) {
      for (const statement of permission.statements) {
        const state = await tryAs(statement);
        // Nothing is scheduled, no receipt is there, nothing was asked for: that is said only to whoever may.
        if (isAllowed(role, permission)) expect([undefined, "AZ007", "AZ010", "AZ012"], `${role}: ${statement}`).toContain(state);
        else expect(["42501", "AZ006", "AZ022"], `${role}: ${statement} (${state})`).toContain(state);
      }
    }
    await world().as("vendor-admin");
  });

  it("goes red with one function too many, and with one too few", async () => {
    await world().look("GRANT EXECUTE ON FUNCTION control.hold_account(uuid, text) TO azora_support");
    await world().as("support");
    expect(await tryAs("SELECT control.hold_account($1, 'x')")).toBeUndefined();
    await world().look("REVOKE EXECUTE ON FUNCTION control.hold_account(uuid, text) FROM azora_support");
    expect(await tryAs("SELECT control.hold_account($1, 'x')")).toBe("42501");
    await world().as("vendor-admin");
  });

  it("has every function in it that an operator may execute, and every table one may read", async () => {
    const granted = await world().look<{ name: string; kind: string }>(
      `SELECT DISTINCT p.proname::text AS name, 'function' AS kind FROM pg_proc p, aclexplode(p.proacl) a
       WHERE p.pronamespace = 'control'::regnamespace AND a.grantee::regrole::text = ANY ($1)
       UNION SELECT c.relname::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
       WHERE a.grantee::regrole::text = ANY ($1)`,
      Object.values(OPERATOR_GROUPS),
    );
    const text = PERMISSIONS.filter(({ from }) => from !== "nobody")
      .flatMap(({ statements }) => statements)
      .join("\n");
    for (const { name, kind } of granted) {
      expect(["function", "SELECT"], `${name}: ${kind}`).toContain(kind);
      expect(text, name).toContain(`control.${name}`);
    }
    expect(granted.length).toBeGreaterThan(20);
  });
});

// The embedded engine knows one operator at a time, the one of its configuration; there the statements say it all.
describe("the hierarchy, by commands", () => {
  const azora = new Azora();
  let world: World;
  let running: RunningStripe;
  let held: TestTenant;
  beforeAll(async () => {
    const { World } = await import("../support/world.js");
    world = await World.open("server");
    running = await startStripe();
    await connected(world, running);
    held = await prepare(world);
    await settled(billingOf(world, running));
  });
  afterAll(async () => {
    await azora.remove();
    await running?.close();
    await world?.close();
  });

  it.each(HIERARCHY)("%s gets exit code 0 or 4, as the table says", async (role) => {
    const { serverUrl, password, signingKey } = world.prepared;
    const env = {
      AZORA_SIGNING_KEY: `${signingKey.id}:${signingKey.privateKey}`,
      AZORA_CONTROL_URL: urlsOf(serverUrl, world.place, password, OPERATORS[role]).control,
      STRIPE_API_KEY: running.key,
      STRIPE_API_BASE: running.url,
    };
    const file = join(azora.home, "tenants.json");
    writeFileSync(file, JSON.stringify({ tenants: [{ slug: "new", name: "New", ownerEmail: "new@new.test" }] }));
    const words: Record<string, string> = { ALPHA: world.a.slug, HELD: held.slug, GONE, SELF: OPERATORS[role], FILE: file };
    for (const permission of PERMISSIONS.filter(({ command }) => command.length > 0)) {
      const argv = permission.command.map((word) => words[word] ?? word);
      const { exit, stdout } = await azora.run([...argv, "--json"], env);
      expect({ argv, exit, stdout }).toMatchObject({ argv, exit: isAllowed(role, permission) ? 0 : 4 });
    }
  }, 240_000);

  it("has every command of the control plane in it", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8")) as {
      commands: Record<string, unknown>;
    };
    const ids = Object.keys(manifest.commands).filter((id) =>
      /^(tenant|operator|settings|receipt|plan|billing|support):|^whoami$/.test(id),
    );
    // One takes two operators, the other goes on until it is stopped: their statements are in the table. The others are no
    // operator's: they are done with the tenant's login, or with the owner's.
    const named = new Set([
      "tenant:approve",
      "billing:webhook",
      "tenant:export",
      "tenant:import",
      "support:grant",
      "support:revoke",
      ...PERMISSIONS.map(({ command }) => command[0]),
    ]);
    expect(ids.filter((id) => !named.has(id))).toEqual([]);
  });
});
