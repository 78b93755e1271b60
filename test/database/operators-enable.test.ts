import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { expect, it } from "vitest";
import { createOperator, disableOperator, enableOperator } from "../../src/control-plane/change-operator.js";
import { listOperators } from "../../src/control-plane/list-operators.js";
import { OPERATORS } from "../support/prepare.js";
import { urlOf } from "../support/server-template.js";
import { describeOnBothEngines, type World } from "../support/world.js";

describeOnBothEngines("an operator who was shut out", (world, kind) => {
  async function shutOut(expiresInSeconds?: number): Promise<{ login: string; password: string | null }> {
    const login = `azora_test_${randomBytes(4).toString("hex")}`;
    world().onClose.push(() => dropRole(world(), login));
    const order = { login, dryRun: false };
    const { password } = await createOperator(world().control, {
      ...order,
      role: "billing",
      ...(expiresInSeconds !== undefined && { expiresInSeconds }),
    });
    await disableOperator(world().control, order);
    return { login, password };
  }

  const stateOf = async (login: string) => {
    const operator = (await listOperators(world().control)).find((each) => each.login === login);
    const [role] = await world().look(
      "SELECT rolcanlogin AS login, pg_has_role(rolname, 'azora_billing', 'MEMBER') AS billing, pg_has_role(rolname, 'azora_vendor_admin', 'MEMBER') AS admin FROM pg_roles WHERE rolname = $1",
      login,
    );
    return { ...role, disabled: operator?.disabledAt !== null };
  };

  it("comes back in the role that it had, and no dry run lets it", async () => {
    const { login } = await shutOut();
    expect(await enableOperator(world().control, { login, dryRun: true })).toMatchObject({ changed: true, password: null });
    expect(await stateOf(login)).toEqual({ login: false, billing: false, admin: false, disabled: true });
    expect(await enableOperator(world().control, { login, dryRun: false })).toMatchObject({ changed: true });
    expect(await stateOf(login)).toEqual({ login: true, billing: true, admin: false, disabled: false });
    const [line] = await world().look(
      "SELECT operator, action, old_values -> 'disabled_at' IS NOT NULL AS was_disabled, new_values -> 'disabled_at' IS NULL AS is_enabled FROM control.admin_audit_log ORDER BY id DESC LIMIT 1",
    );
    expect(line).toEqual({
      operator: OPERATORS["vendor-admin"],
      action: "operators.update",
      was_disabled: true,
      is_enabled: true,
    });
  });

  it("is left as it is when it isn't shut out, its password included", async () => {
    const { login } = await shutOut();
    await enableOperator(world().control, { login, dryRun: false });
    expect(await enableOperator(world().control, { login, dryRun: false })).toEqual({
      changed: false,
      dryRun: false,
      login,
      password: null,
    });
  });

  it("needs a new expiry when the old one is over", async () => {
    const { login } = await shutOut(3600);
    await world().look("UPDATE control.operators SET expires_at = now() - interval '1 second' WHERE login = $1", login);
    const order = { login, dryRun: false };
    await expect(enableOperator(world().control, order)).rejects.toMatchObject({ code: "ILLEGAL_STEP" });
    expect(await enableOperator(world().control, { ...order, expiresInSeconds: 60 })).toMatchObject({ changed: true });
    const [role] = await world().look("SELECT rolvaliduntil > now() AS valid FROM pg_roles WHERE rolname = $1", login);
    expect(role).toEqual({ valid: true });
  });

  it("is let back in by a vendor admin and by nobody else", async () => {
    const { login } = await shutOut();
    for (const role of ["support", "billing"] as const) {
      await expect(enableOperator(await world().as(role), { login, dryRun: false })).rejects.toMatchObject({
        code: "NOT_PERMITTED",
      });
    }
    await world().as("vendor-admin");
    expect(await stateOf(login)).toMatchObject({ disabled: true });
    await expect(enableOperator(world().control, { login: "azora_runtime", dryRun: false })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  // The embedded engine asks nobody for a password.
  it.runIf(kind === "server")("gets in with its new password, and with the old one no more", async () => {
    const { login, password: old } = await shutOut();
    const { password } = await enableOperator(world().control, { login, dryRun: false });
    const { serverUrl } = world().prepared;
    const enter = async (word: string | null) => {
      const client = new Client({ connectionString: urlOf(serverUrl, world().place, login, word ?? "") });
      await client.connect();
      await client.query("SELECT started_at FROM control.subscriptions");
      await client.end();
    };
    await enter(password);
    await expect(enter(old)).rejects.toMatchObject({ code: "28P01" });
    const [known] = await world().look("SELECT password_from FROM control.operators WHERE login = $1", login);
    expect(known).toEqual({ password_from: OPERATORS["vendor-admin"] });
  });
});

/** Roles outlive the database of the test. */
async function dropRole({ kind, prepared }: World, login: string): Promise<void> {
  if (kind === "embedded") return;
  const client = new Client({ connectionString: prepared.serverUrl });
  await client.connect();
  await client.query(`DROP ROLE IF EXISTS ${login}`);
  await client.end();
}
