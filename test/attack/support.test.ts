import type { PoolClient } from "pg";
import { beforeAll, expect, it } from "vitest";
import { grantSupport, revokeSupport } from "../../src/tenant-plane/support.js";
import { barelyAs, inside, ownerOf } from "../support/people.js";
import { OPERATORS } from "../support/prepare.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

/** An operator with a consent and psql tries to read more than it, or without a trace. */
describeOnBothEngines("an operator with SQL of its own", (world, kind) => {
  const ME = OPERATORS["vendor-admin"];
  let tenant: TestTenant;
  let owner: string;
  beforeAll(async () => {
    tenant = world().a;
    owner = (await ownerOf(world(), tenant)).actor;
  });

  const open = () =>
    grantSupport(inside(world(), tenant, owner), { operator: ME, hours: 1, tables: [], reason: "attack", dryRun: false });
  const close = (id: string) => revokeSupport(inside(world(), tenant, owner), { id, dryRun: false });

  async function onControl<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await (await world().engine.pool("control")).connect();
    try {
      return await work(client);
    } finally {
      await client.query("ROLLBACK").catch(() => undefined);
      client.release();
    }
  }
  const query = (sql: string) => onControl(async (client) => (await client.query(sql)).rows);
  const stateOf = (sql: string) =>
    query(sql).then(
      (rows) => rows.length,
      ({ code }: { code: string }) => code,
    );

  const asking = () => `SELECT control.ask_support_read('${tenant.id}', 'documents', '{}', NULL, 100) AS id`;
  const finding = (id: string) => `SELECT control.find_support_rows('${id}')`;
  const reading = (id: string) => `SELECT row_key, row_values FROM control.read_support_rows('${id}')`;
  const asked = async () => ((await query(asking()))[0] as { id: string }).id;
  async function found(): Promise<string> {
    const id = await asked();
    await query(finding(id));
    return id;
  }

  /** Asks, finds and reads in one transaction that is rolled back. @returns rows that came out, or the refusal */
  const rolledBack = () =>
    onControl(async (client) => {
      await client.query("BEGIN");
      const { id } = (await client.query(asking())).rows[0] as { id: string };
      await client.query(finding(id));
      return (await client.query(reading(id))).rows.length;
    }).catch(({ code }: { code: string }) => code);

  /** The function with a piece taken out, for as long as work runs. */
  async function without<T>(name: string, piece: string, work: () => Promise<T>): Promise<T> {
    const [{ whole } = { whole: "" }] = await world().look<{ whole: string }>(
      "SELECT pg_get_functiondef(p.oid) AS whole FROM pg_proc p WHERE p.oid = to_regproc($1)",
      name,
    );
    expect(whole).toContain(piece);
    await world().look(whole.replace(piece, ""));
    try {
      return await work();
    } finally {
      await world().look(whole);
    }
  }

  const SAME = "OR coalesce(asked.found_in, asked.asked_in) = pg_current_xact_id()";
  const lines = async () =>
    (
      await world().look<{ tenant: number; vendor: number }>(
        `SELECT (SELECT count(*)::integer FROM tenant.audit_log WHERE account_id = $1 AND method = 'support.read') AS tenant,
           (SELECT count(*)::integer FROM control.admin_audit_log WHERE account_id = $1 AND action = 'support.read' AND outcome = 'done') AS vendor`,
        tenant.id,
      )
    )[0];

  it("gets no row that isn't in both logs, by a rollback neither", async () => {
    const { grant } = await open();
    const before = await lines();
    expect(await rolledBack()).toBe("AZ007");
    // Seen red: without the check of transactions the rows come out, and a rollback has taken their lines.
    expect(await without("control.require_support_read", SAME, rolledBack)).toBeGreaterThan(0);
    expect(await lines()).toEqual(before);
    expect(await rolledBack()).toBe("AZ007");

    // What was found in a transaction that was rolled back is not there to be read.
    const id = await asked();
    await onControl(async (client) => {
      await client.query("BEGIN");
      await client.query(finding(id));
    });
    expect(await stateOf(reading(id))).toBe("AZ007");
    // Nor by a savepoint: the transaction around it is what counts.
    const nested = onControl(async (client) => {
      await client.query("BEGIN");
      await client.query("SAVEPOINT one");
      await client.query(finding(id));
      await client.query("RELEASE one");
      return client.query(reading(id));
    });
    await expect(nested).rejects.toMatchObject({ code: "AZ007" });

    await query(finding(id));
    const rows = await query(reading(id));
    const after = await lines();
    expect(rows.length).toBeGreaterThan(0);
    expect(after).toEqual({ tenant: (before?.tenant ?? 0) + rows.length, vendor: (before?.vendor ?? 0) + rows.length });
    await close(grant.id);
  });

  it("reads what was found once, within a minute, and by nobody else", async () => {
    const { grant } = await open();
    const id = await found();
    expect(await stateOf(reading(id))).toBeGreaterThan(0);
    expect(await stateOf(reading(id))).toBe("AZ010");
    expect(await stateOf(finding(id))).toBe("AZ010");
    const old = await found();
    await world().look("UPDATE guard.support_reads SET asked_at = asked_at - interval '61 seconds' WHERE id = $1", old);
    expect(await stateOf(reading(old))).toBe("AZ010");
    const mine = await found();
    await world().as("support");
    expect(await stateOf(reading(mine))).toBe("AZ010");
    expect(await stateOf(asking())).toBe("AZ022");
    await world().as("vendor-admin");
    expect(await stateOf(reading(mine))).toBeGreaterThan(0);
    await close(grant.id);
  });

  it("reads nothing more from the moment that the consent is taken back", async () => {
    const { grant } = await open();
    const [before, between] = [await asked(), await found()];
    await close(grant.id);
    expect(await stateOf(finding(before))).toBe("AZ022");
    expect(await stateOf(reading(between))).toBe("AZ022");
    // A new consent doesn't bring back what was found by the old one.
    const again = await open();
    expect(await stateOf(reading(between))).toBe("AZ022");
    await close(again.grant.id);
  });

  it("can't hide from that in an old snapshot", async () => {
    const { grant } = await open();
    const id = await found();
    for (const level of ["REPEATABLE READ", "SERIALIZABLE"]) {
      const answer = onControl(async (client) => {
        await client.query(`BEGIN ISOLATION LEVEL ${level}`);
        return client.query(reading(id));
      });
      await expect(answer, level).rejects.toMatchObject({ code: "AZ013" });
    }
    await close(grant.id);
  });

  it.skipIf(kind === "embedded")("keeps nobody from taking it back (the embedded engine has one session)", async () => {
    const { grant } = await open();
    const id = await found();
    await onControl(async (client) => {
      await client.query("BEGIN");
      expect((await client.query(reading(id))).rows.length).toBeGreaterThan(0);
      await client.query(asking());
      expect(await close(grant.id)).toMatchObject({ changed: true });
      // In the transaction that was open already, too.
      await expect(client.query(asking())).rejects.toMatchObject({ code: "AZ022" });
    });
  });

  it("consents in nobody's place, and changes no consent", async () => {
    const { grant } = await open();
    const forged = `INSERT INTO control.support_grants (id, account_id, operator, reason, granted_by, expires_at)
      VALUES (gen_random_uuid(), '${world().b.id}', '${ME}', 'x', 'user:x', now() + interval '1 hour')`;
    expect(await stateOf(forged)).toBe("42501");
    expect(await stateOf("UPDATE control.support_grants SET revoked_at = NULL")).toBe("42501");
    expect(await stateOf(`SELECT guard.grant_support('${ME}', 1, NULL, 'x')`)).toBe("42501");
    expect(await stateOf(`INSERT INTO guard.support_reads (account_id) VALUES ('${world().b.id}')`)).toBe("42501");
    // Not even the owner, by hand: longer than a week, longer than was said, or open again.
    const change = (set: string) => world().look(`UPDATE control.support_grants SET ${set} WHERE id = $1`, grant.id);
    await expect(change("expires_at = expires_at + interval '1 hour'")).rejects.toMatchObject({ code: "42501" });
    await expect(change("tables = '{tenant.users}'")).rejects.toMatchObject({ code: "42501" });
    await close(grant.id);
    await expect(change("revoked_at = NULL, revoked_by = NULL")).rejects.toMatchObject({ code: "42501" });
    await expect(world().look(forged.replace("1 hour", "169 hours"))).rejects.toMatchObject({ code: "23514" });
  });

  it("gives a tenant's SQL no way in either", async () => {
    const { grant } = await open();
    const tried = (sql: string) =>
      barelyAs(world(), { tenant: world().b, actor: "app" }, sql).then(
        ({ rows }) => rows,
        ({ code }: { code: string }) => code,
      );
    expect(await tried("SELECT * FROM control.support_grants")).toBe("42501");
    expect(await tried("SELECT * FROM guard.support_reads")).toBe("42501");
    expect(await tried("SELECT * FROM guard.support_grants(NULL, NULL)")).toEqual([]);
    expect(await tried(`SELECT guard.revoke_support('${grant.id}')`)).toBe("AZ010");
    expect(await tried(asking())).toBe("42501");
    expect(await tried(`SELECT guard.grant_support('${ME}', 1, NULL, 'x')`)).toBe("AZ006");
    await close(grant.id);
  });
});
