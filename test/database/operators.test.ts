import { Client } from "pg";
import { expect, it } from "vitest";
import { createOperator, disableOperator, grantOperator, rotateOperator } from "../../src/control-plane/change-operator.js";
import { listOperators } from "../../src/control-plane/list-operators.js";
import { createOperatorSql } from "../../src/control-plane/operator-sql.js";
import { approvePurge, schedulePurge } from "../../src/control-plane/schedule-purge.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { whoAmI } from "../../src/control-plane/who-am-i.js";
import { makePassword, scramVerifier } from "../../src/database/scram.js";
import { newLogin } from "../support/new-login.js";
import { OPERATORS } from "../support/prepare.js";
import { urlOf } from "../support/server-template.js";
import { describeOnBothEngines, type World } from "../support/world.js";

const ADMIN = OPERATORS["vendor-admin"];
const LOWER = ["billing", "support"] as const;
const REFUSED = { code: "NOT_PERMITTED" };

/** A session of its own, as that login and with that password. */
async function session(world: World, login: string, password: string): Promise<Client> {
  const client = new Client({ connectionString: urlOf(world.prepared.serverUrl, world.place, login, password) });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

describeOnBothEngines("an operator", (world, kind) => {
  const make = (login: string, role: "vendor-admin" | "billing" | "support" = "support", dryRun = false) =>
    createOperator(world().control, { login, role, dryRun });
  const roleOf = (login: string) =>
    world().look<{ super: boolean; until: string }>(
      "SELECT rolcanlogin AS login, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication AS mighty, rolvaliduntil::text AS until FROM pg_roles WHERE rolname = $1",
      login,
    );

  it("is a login of its own, in one group, listed and logged, and nothing in a dry run", async () => {
    const login = newLogin(world());
    await make(login, "billing", true);
    expect(await roleOf(login)).toEqual([]);
    const expiresInSeconds = 12 * 3600;
    await createOperator(world().control, { login, role: "billing", expiresInSeconds, dryRun: false });
    expect(await roleOf(login)).toMatchObject([{ login: true, mighty: false }]);
    const listed = (await listOperators(world().control)).find((operator) => operator.login === login);
    expect(listed).toMatchObject({ role: "billing", createdBy: ADMIN, disabledAt: null });
    const [{ same }] = (await world().look<{ same: boolean }>(
      "SELECT r.rolvaliduntil = o.expires_at AS same FROM pg_roles r JOIN control.operators o ON o.login = r.rolname WHERE r.rolname = $1",
      login,
    )) as [{ same: boolean }];
    expect(same).toBe(true);
    const above = await world().look(
      "SELECT rolname FROM pg_roles r WHERE pg_has_role($1, r.oid, 'MEMBER') AND rolname <> $1",
      login,
    );
    expect(above.map(({ rolname }) => rolname).sort()).toEqual(["azora_billing", "azora_support"]);
    const [line] = await world().look(
      "SELECT operator, action, new_values FROM control.admin_audit_log ORDER BY id DESC LIMIT 1",
    );
    expect(line).toMatchObject({ operator: ADMIN, action: expect.stringMatching(/^operators\./), new_values: { login } });
  });

  it("has a name that is nobody's, and a verifier in place of a password", async () => {
    const pool = await world().engine.pool("control");
    const call = "SELECT FROM control.create_operator($1, 'support', $2, $3)";
    const verifier = scramVerifier(makePassword());
    for (const name of ["azora_runtime", "azora_owner", "azora_registrar", ADMIN, "postgres"]) {
      await expect(pool.query(call, [name, verifier, null]), name).rejects.toMatchObject({ code: "AZ011" });
    }
    for (const name of ["", "Upper", "pg_mine", 'x"; DROP ROLE azora_owner; --', "x".repeat(64)]) {
      await expect(pool.query(call, [name, verifier, null]), name).rejects.toMatchObject({ code: "AZ013" });
    }
    for (const password of ["hunter2", "md5d41d8cd98f00b204e9800998ecf8427e", `${verifier}' SUPERUSER --`, ""]) {
      await expect(pool.query(call, [newLogin(world()), password, null])).rejects.toMatchObject({ code: "AZ013" });
    }
    await expect(pool.query(call, [newLogin(world()), verifier, new Date(0)])).rejects.toMatchObject({ code: "AZ013" });
    await expect(make("Upper")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(make(ADMIN)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  });

  it("knows who it is, whatever its role", async () => {
    for (const role of ["vendor-admin", ...LOWER] as const) {
      expect(await whoAmI(await world().as(role))).toMatchObject({ login: OPERATORS[role], role, expiresAt: null });
    }
    await world().as("vendor-admin");
  });

  it.each(LOWER)("below vendor admin (%s) makes, changes and sees no other, and each try is logged", async (role) => {
    const victim = newLogin(world());
    await make(victim);
    const control = await world().as(role);
    const pool = await world().engine.pool("control");
    const order = { login: victim, dryRun: false };
    await expect(createOperator(control, { ...order, login: newLogin(world()), role: "support" })).rejects.toMatchObject(REFUSED);
    await expect(grantOperator(control, { ...order, login: OPERATORS[role], role: "vendor-admin" })).rejects.toMatchObject(
      REFUSED,
    );
    await expect(rotateOperator(control, order)).rejects.toMatchObject(REFUSED);
    await expect(rotateOperator(control, { ...order, login: ADMIN })).rejects.toMatchObject(REFUSED);
    await expect(disableOperator(control, order)).rejects.toMatchObject(REFUSED);
    await expect(listOperators(control)).rejects.toMatchObject(REFUSED);
    const lines = await world().look(
      "SELECT action, account_slug FROM control.admin_audit_log WHERE operator = $1 AND outcome = 'refused' ORDER BY id",
      OPERATORS[role],
    );
    expect(lines.map(({ action }) => action)).toEqual([
      "operator.create",
      "operator.grant",
      "operator.rotate",
      "operator.rotate",
      "operator.disable",
      "operator.list",
    ]);
    for (const sql of [
      "CREATE ROLE azora_test_never",
      `GRANT azora_vendor_admin TO ${OPERATORS[role]}`,
      `ALTER ROLE ${ADMIN} PASSWORD 'x'`,
      "SET ROLE azora_vendor_admin",
      "SET ROLE azora_registrar",
      `SELECT control.enroll_operator('${OPERATORS[role]}', 'vendor_admin')`,
      `SELECT control.take_groups('${ADMIN}')`,
      `UPDATE control.operators SET role = 'vendor_admin'`,
    ]) {
      await expect(pool.query(sql), sql).rejects.toMatchObject({ code: "42501" });
    }
    await world().as("vendor-admin");
  });

  it("at the top makes operators through the functions, and no role beside them", async () => {
    const pool = await world().engine.pool("control");
    for (const sql of [
      "CREATE ROLE azora_test_never",
      `ALTER ROLE azora_runtime PASSWORD 'x'`,
      `GRANT azora_owner TO ${ADMIN}`,
      "SET ROLE azora_owner",
      "SET ROLE azora_registrar",
      "INSERT INTO control.operators (login, role) VALUES ('azora_runtime', 'vendor_admin')",
    ]) {
      await expect(pool.query(sql), sql).rejects.toMatchObject({ code: "42501" });
    }
    for (const call of ["rotate_operator($1, NULL, NULL)", "disable_operator($1)", "grant_operator($1, 'support')"]) {
      await expect(pool.query(`SELECT FROM control.${call}`, ["azora_runtime"]), call).rejects.toMatchObject({ code: "AZ010" });
    }
    const [registrar] = await world().look(
      "SELECT rolcanlogin OR rolsuper OR rolbypassrls AS mighty, pg_has_role(oid, 'azora_owner', 'MEMBER') AS owner FROM pg_roles WHERE rolname = 'azora_registrar'",
    );
    expect(registrar).toEqual({ mighty: false, owner: false });
  });

  it("is the last vendor admin for good: neither disabled, demoted, expired nor deleted, by SQL neither", async () => {
    const last = { code: "ILLEGAL_STEP", message: expect.stringContaining("last vendor admin") };
    await expect(disableOperator(world().control, { login: ADMIN, dryRun: false })).rejects.toMatchObject(last);
    await expect(grantOperator(world().control, { login: ADMIN, role: "billing", dryRun: false })).rejects.toMatchObject(last);
    const expiring = { login: newLogin(world()), role: "vendor-admin", expiresInSeconds: 60, dryRun: false } as const;
    await createOperator(world().control, expiring);
    await expect(disableOperator(world().control, { login: ADMIN, dryRun: false })).rejects.toMatchObject(last);
    await expect(rotateOperator(world().control, { login: ADMIN, expiresInSeconds: 60, dryRun: false })).rejects.toMatchObject(
      last,
    );
    for (const sql of ["DELETE FROM control.operators", "UPDATE control.operators SET role = 'support'"]) {
      await expect(world().look(sql), sql).rejects.toMatchObject({ code: "AZ007" });
    }
    await expect(world().look("TRUNCATE control.operators")).rejects.toMatchObject({ code: "42501" });
    const [{ member }] = (await world().look<{ member: boolean }>(
      "SELECT pg_has_role($1, 'azora_vendor_admin', 'MEMBER') AS member",
      ADMIN,
    )) as [{ member: boolean }];
    expect(member).toBe(true);
  });

  it("would be seen to be gone, if that trigger were", async () => {
    await world().look("ALTER TABLE control.operators DISABLE TRIGGER keep_vendor_admin");
    const client = await world().owner.connect();
    await client.query("BEGIN");
    const { rowCount } = await client.query("UPDATE control.operators SET disabled_at = now()");
    await client.query("ROLLBACK");
    client.release();
    await world().look("ALTER TABLE control.operators ENABLE ALWAYS TRIGGER keep_vendor_admin");
    expect(rowCount).toBeGreaterThan(0);
  });

  it("can be made by the database's administrator, from what is printed", async () => {
    const login = newLogin(world());
    const sql = createOperatorSql({ login, role: "support", password: "hunter2", expiresAt: undefined });
    expect(sql).not.toContain("hunter2");
    for (const statement of sql.split("\n")) await world().look(statement);
    expect((await listOperators(world().control)).map((operator) => operator.login)).toContain(login);
    expect(() => createOperatorSql({ login: 'x"', role: "support", password: "x", expiresAt: undefined })).toThrow(
      /can't be a login/,
    );
  });

  onServer(kind, () => {
    it("logs in with its password, changes it itself, and is shut out with its open sessions", async () => {
      const login = newLogin(world());
      const { password } = await make(login, "billing");
      const open = await session(world(), login, password ?? "");
      await open.query("SELECT slug FROM control.accounts");
      await expect(session(world(), login, `${password}x`)).rejects.toMatchObject({ code: "28P01" });
      const own = scramVerifier("my own choice");
      await open.query("SELECT FROM control.rotate_operator($1, $2, NULL)", [login, own]);
      const late = new Date(Date.now() + 86_400_000);
      await expect(open.query("SELECT FROM control.rotate_operator($1, $2, $3)", [login, own, late])).rejects.toMatchObject({
        code: "AZ006",
      });
      await expect(session(world(), login, password ?? "")).rejects.toMatchObject({ code: "28P01" });
      await (await session(world(), login, "my own choice")).end();

      expect(await grantOperator(world().control, { login, role: "support", dryRun: false })).toMatchObject({ changed: true });
      const bill = "SELECT control.suspend_for_nonpayment($1, 'x', false)";
      await expect(open.query(bill, [world().a.id])).rejects.toMatchObject({ code: "42501" });
      expect(await disableOperator(world().control, { login, dryRun: false })).toMatchObject({ changed: true });
      expect(await disableOperator(world().control, { login, dryRun: false })).toMatchObject({ changed: false });
      await expect(open.query("SELECT slug FROM control.accounts")).rejects.toMatchObject({ code: "42501" });
      await open.end();
      await expect(session(world(), login, "my own choice")).rejects.toMatchObject({ code: "28000" });
      await expect(rotateOperator(world().control, { login, dryRun: false })).rejects.toMatchObject({ code: "ILLEGAL_STEP" });
      await expect(grantOperator(world().control, { login, role: "billing", dryRun: false })).rejects.toMatchObject({
        code: "ILLEGAL_STEP",
      });
    });

    it("can't, as one of two vendor admins, disable the other while the other disables it", async () => {
      const login = newLogin(world());
      const { password } = await make(login, "vendor-admin");
      for (const level of ["READ COMMITTED", "REPEATABLE READ"]) {
        const other = await session(world(), login, password ?? "");
        const mine = await (await world().engine.pool("control")).connect();
        for (const client of [mine, other]) await client.query(`BEGIN ISOLATION LEVEL ${level}`);
        for (const client of [mine, other]) await client.query("SELECT count(*) FROM control.operators");
        const disable = "SELECT FROM control.disable_operator($1)";
        const settled = Promise.allSettled([
          mine.query(disable, [login]).then(() => mine.query("COMMIT")),
          other.query(disable, [ADMIN]).then(() => other.query("COMMIT")),
        ]);
        const outcomes = (await settled).map(({ status }) => status);
        for (const client of [mine, other]) await client.query("ROLLBACK");
        mine.release();
        await other.end();
        expect(outcomes, level).toContain("rejected");
        const left = await world().look(
          "SELECT login FROM control.operators WHERE role = 'vendor_admin' AND disabled_at IS NULL AND expires_at IS NULL",
        );
        expect(left.length, level).toBeGreaterThan(0);
        // The one that went, if one did, comes back for the next round.
        await world().look("UPDATE control.operators SET disabled_at = NULL WHERE login = ANY ($1)", [ADMIN, login]);
        for (const name of [ADMIN, login])
          await world().look(`ALTER ROLE ${name} LOGIN; GRANT azora_vendor_admin TO ${name} GRANTED BY azora_registrar`);
      }
    });

    it("approves no purge for whoever gave it its password", async () => {
      const { slug } = await world().newTenant();
      const order = { tenant: slug, reason: "leaving", readOnly: false, dryRun: false };
      await suspendTenant(world().control, order);
      await schedulePurge(world().control, { ...order, afterSeconds: 0 });
      const login = newLogin(world());
      const { password } = await make(login, "vendor-admin");
      const puppet = await session(world(), login, password ?? "");
      const approve = "SELECT control.approve_purge(id) AS changed FROM control.accounts WHERE slug = $1";
      await expect(puppet.query(approve, [slug])).rejects.toMatchObject({ code: "AZ006" });
      await puppet.query("SELECT FROM control.rotate_operator($1, $2, NULL)", [login, scramVerifier("mine now")]);
      await expect(puppet.query(approve, [slug]), "a changed password washed it clean").rejects.toMatchObject({ code: "AZ006" });
      const [next, nextPassword] = [newLogin(world()), "a puppet's puppet"];
      await puppet.query("SELECT FROM control.create_operator($1, 'vendor_admin', $2, NULL)", [
        next,
        scramVerifier(nextPassword),
      ]);
      const puppetOfPuppet = await session(world(), next, nextPassword);
      await expect(puppetOfPuppet.query(approve, [slug]), "two steps away").rejects.toMatchObject({ code: "AZ006" });
      await puppet.query("SELECT control.cancel_purge(id) FROM control.accounts WHERE slug = $1", [slug]);
      await puppet.query("SELECT control.schedule_purge(id, 'leaving', '0') FROM control.accounts WHERE slug = $1", [slug]);
      await expect(approvePurge(world().control, order), "asked for by the approver's puppet").rejects.toMatchObject(REFUSED);
      await expect(puppetOfPuppet.query(approve, [slug]), "two of the same hand").rejects.toMatchObject({ code: "AZ006" });
      await puppetOfPuppet.end();
      await puppet.query("SELECT control.cancel_purge(id) FROM control.accounts WHERE slug = $1", [slug]);
      await schedulePurge(world().control, { ...order, afterSeconds: 0 });
      await world().look("UPDATE control.operators SET password_at = now() - interval '8 days' WHERE login = $1", login);
      expect((await puppet.query(approve, [slug])).rows).toEqual([{ changed: true }]);
      await puppet.end();
      await expect(approvePurge(world().control, order)).rejects.toMatchObject(REFUSED);
    });
  });
});

/** Logging in takes a server: the embedded engine asks nobody for a password. */
function onServer(kind: World["kind"], suite: () => void): void {
  if (kind === "server") suite();
}
