import { expect, it } from "vitest";
import { holdTenant } from "../../src/control-plane/hold-tenant.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { retainLog } from "../../src/control-plane/retain-log.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { makeSigningKey, parseSigningKey, publicKeyOf, type SigningKey } from "../../src/signing.js";
import { OPERATORS } from "../support/prepare.js";
import { age, finish, retain, sealAll, sealSmall, takeOut, takeWhole, YEAR } from "../support/retained.js";
import { plant } from "../support/sample.js";
import { asForger, checkpointsOf, linesOf, verify, withLog } from "../support/sealed.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

describeOnBothEngines("a retention", (world) => {
  const key = () => world().control.signingKey as SigningKey;
  const ageOf = (tenant: TestTenant | null, behind = 0) => age(world(), tenant, { key: key(), behind });
  const rowsOf = async ({ id }: TestTenant) =>
    Number((await world().look<{ n: string }>("SELECT count(*) AS n FROM tenant.audit_log WHERE account_id = $1", id))[0]?.n);

  /** A tenant whose log has `ranges` old checkpoints, of which nothing was exported. */
  async function old(ranges = 2): Promise<TestTenant> {
    const tenant = await world().newTenant();
    for (let range = 0; range < ranges; range++) {
      await plant(world(), tenant.id, `R${range}`);
      await sealAll(world(), tenant);
    }
    await ageOf(tenant);
    return tenant;
  }

  it("removes whole checkpoints that are old, sealed and exported; what is left holds, and says so", async () => {
    const tenant = await old();
    const kept = await checkpointsOf(world(), tenant);
    const { sha256, cursor } = await takeWhole(world(), tenant);
    await plant(world(), tenant.id, "YOUNG");
    await sealAll(world(), tenant);
    const [before, sealed] = [await rowsOf(tenant), kept.reduce((sum, { rows }) => sum + rows, 0)];

    const dry = await retain(world(), tenant, true);
    expect(dry).toMatchObject([{ firstCheckpoint: 1, lastCheckpoint: 2, rows: sealed, signature: "" }]);
    expect(await rowsOf(tenant)).toBe(before);

    const made = await retain(world(), tenant);
    expect(made).toMatchObject([
      {
        log: tenant.id,
        sequence: 1,
        previousHash: null,
        checkpointHash: kept[1]?.hash,
        rows: sealed,
        total: sealed,
        operator: OPERATORS["vendor-admin"],
      },
    ]);
    expect(made[0]?.export).toMatchObject({ sha256, cursor, after: null });
    expect(await rowsOf(tenant)).toBe(before - sealed + 1);
    const verdict = await verify(world(), tenant, kept);
    expect(verdict).toMatchObject({ problems: [], untold: 0, checkpoints: 3, removed: sealed });
    expect(verdict.sealed).toBeGreaterThan(0);

    const lines = (await linesOf(world(), tenant)).map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({
        operation: "delete",
        subject: "audit_log",
        actor: `operator:${OPERATORS["vendor-admin"]}`,
        oldValues: expect.objectContaining({ rows: sealed }),
      }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ method: "audit.exported", actor: "exporter" }));
    expect(
      await world().look(
        "SELECT operator, account_slug, new_values ->> 'rows' AS rows FROM control.admin_audit_log WHERE action = 'audit.retain' AND outcome = 'done' AND account_id = $1",
        tenant.id,
      ),
    ).toEqual([{ operator: OPERATORS["vendor-admin"], account_slug: tenant.slug, rows: String(sealed) }]);

    expect(await retain(world(), tenant)).toEqual([]);
    expect(await world().look("SELECT FROM guard.retentions UNION ALL SELECT FROM guard.purges")).toEqual([]);
  });

  it("goes on at the next checkpoint, chained to the one before it, after an export that went on too", async () => {
    const tenant = await old();
    const { cursor } = await takeWhole(world(), tenant);
    const [first] = await retain(world(), tenant);
    await plant(world(), tenant.id, "NEXT");
    await sealAll(world(), tenant);
    await ageOf(tenant, 2);
    await expect(retain(world(), tenant)).rejects.toMatchObject({ code: "ILLEGAL_STEP" });
    expect(await finish(world(), tenant, await takeOut(world(), tenant, cursor))).toBe(true);
    const [second] = await retain(world(), tenant);
    expect(second).toMatchObject({ sequence: 2, previousHash: first?.hash, firstCheckpoint: 3, lastCheckpoint: 3 });
    expect(second?.total).toBe((first?.rows ?? 0) + (second?.rows ?? 0));
    expect(await verify(world(), tenant)).toMatchObject({ problems: [], removed: second?.total });
  });

  it("isn't signed for what only the database says is old: the signed text says when it was sealed", async () => {
    const tenant = await old();
    await plant(world(), tenant.id, "YOUNG");
    await sealAll(world(), tenant);
    await takeWhole(world(), tenant);
    const before = await rowsOf(tenant);
    await asForger(
      world(),
      `UPDATE tenant.audit_checkpoints SET sealed_at = sealed_at - interval '401 days' WHERE account_id = '${tenant.id}' AND sequence = 3`,
    );
    await expect(retain(world(), tenant)).rejects.toMatchObject({ code: "VIOLATIONS" });
    expect(await rowsOf(tenant)).toBe(before);
  });

  it("of the control plane's own log is the same", async () => {
    await sealAll(world(), null);
    await ageOf(null);
    const { sha256 } = await takeWhole(world(), null);
    const [made] = await retain(world(), null);
    expect(made).toMatchObject({ log: "control-plane", sequence: 1, export: { sha256 } });
    expect(await verify(world(), null)).toMatchObject({ problems: [], removed: made?.rows });
    expect((await linesOf(world(), null)).filter((line) => line.includes('"action" : "audit.retain"'))).toHaveLength(1);
    await expect(world().look("DELETE FROM control.admin_audit_log")).rejects.toMatchObject({ code: "42501" });
  });

  it("is done by batches of whole checkpoints, each with its own record", async () => {
    const tenant = await old(1);
    await sealSmall(world(), tenant, 258);
    await ageOf(tenant);
    await takeWhole(world(), tenant);
    const made = await retain(world(), tenant);
    expect(made.map(({ firstCheckpoint, lastCheckpoint }) => [firstCheckpoint, lastCheckpoint])).toEqual([
      [1, 256],
      [257, 259],
    ]);
    expect(made[1]?.previousHash).toBe(made[0]?.hash);
    expect(await verify(world(), tenant)).toMatchObject({ problems: [], removed: made[1]?.total });
  }, 300_000);

  it("takes a suspended tenant's log too, if it was exported before", async () => {
    const tenant = await old();
    await takeWhole(world(), tenant);
    await suspendTenant(world().control, { tenant: tenant.slug, reason: "x", readOnly: false, dryRun: false });
    expect(await retain(world(), tenant)).toHaveLength(1);
  });

  it("goes with the tenant, whose receipt counts it", async () => {
    const tenant = await old();
    await takeWhole(world(), tenant);
    await retain(world(), tenant);
    const { receipt } = await purgeTenant(world().control, { tenant: tenant.slug, reason: "left", now: true });
    expect(receipt.counts["tenant.audit_retentions"]).toBe(1);
    expect(await world().look("SELECT FROM guard.audit_exports WHERE log = $1", tenant.id)).toEqual([]);
  });

  it("takes nothing that is younger, nor anything in its first 30 days", async () => {
    const tenant = await world().newTenant();
    await sealAll(world(), tenant);
    await takeWhole(world(), tenant);
    expect(await retain(world(), tenant)).toEqual([]);
    await age(world(), tenant, { key: key(), days: 399 });
    expect(await retain(world(), tenant)).toEqual([]);
    const soon = { accountId: tenant.id, slug: tenant.slug, olderThanSeconds: 30 * 86_400 - 1, dryRun: false };
    await expect(retainLog(world().control, soon)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await retainLog(world().control, { ...soon, olderThanSeconds: 398 * 86_400 })).toHaveLength(1);
  });

  it("takes nothing that isn't sealed", async () => {
    const tenant = await world().newTenant();
    await takeWhole(world(), tenant);
    expect(await retain(world(), tenant)).toEqual([]);
    await asForger(
      world(),
      `UPDATE tenant.audit_log SET occurred_at = occurred_at - interval '401 days' WHERE account_id = '${tenant.id}'`,
    );
    await expect(retain(world(), tenant)).rejects.toMatchObject({
      code: "ILLEGAL_STEP",
      message: expect.stringContaining("not sealed"),
      hint: expect.stringContaining("audit:seal"),
    });
  });

  it("takes nothing that wasn't exported: not before it was sealed, not to its end, not another's, not with a gap", async () => {
    const [tenant, other] = [await world().newTenant(), await old()];
    const none = {
      code: "ILLEGAL_STEP",
      message: expect.stringContaining("not exported"),
      hint: expect.stringContaining("audit:export"),
    };
    const early = await takeWhole(world(), tenant);
    await plant(world(), tenant.id, "LATER");
    await sealAll(world(), tenant);
    await ageOf(tenant);
    await expect(retain(world(), tenant), "exported before it was sealed").rejects.toMatchObject(none);
    const late = await takeOut(world(), tenant);
    await expect(retain(world(), tenant), "read, and not to its end").rejects.toMatchObject(none);
    await takeWhole(world(), other);
    await expect(retain(world(), tenant), "another tenant's").rejects.toMatchObject(none);
    await expect(finish(world(), other, late), "another's in one's own name").rejects.toMatchObject({ code: "INVALID_INPUT" });
    const behind = await takeOut(world(), tenant, late.cursor);
    expect(await finish(world(), tenant, behind), "behind one that didn't end").toBe(false);
    await expect(retain(world(), tenant), "with a gap").rejects.toMatchObject(none);
    const future = { ...late, cursor: "9000000000:9000000000:" };
    await expect(finish(world(), tenant, future)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(finish(world(), tenant, { ...late, lastCheckpoint: "0".repeat(64) })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });

    const next = await takeOut(world(), tenant, early.cursor);
    expect(await finish(world(), tenant, next)).toBe(true);
    const [made] = await retain(world(), tenant);
    expect(made?.export).toMatchObject({ sha256: next.sha256, after: early.cursor });
    const { problems } = await verify(world(), tenant);
    expect(problems).toEqual([]);
  });

  it("is refused under a legal hold, for the tenant's log and for what the vendor's log has of it; the refusal is logged", async () => {
    const tenant = await old();
    await takeWhole(world(), tenant);
    await holdTenant(world().control, { tenant: tenant.slug, reason: "a case", dryRun: false });
    const held = { code: "LEGAL_HOLD", message: expect.stringContaining(tenant.slug) };
    await expect(retain(world(), tenant)).rejects.toMatchObject(held);
    await sealAll(world(), null);
    await ageOf(null);
    await takeWhole(world(), null);
    await expect(retain(world(), null)).rejects.toMatchObject(held);
    expect(
      await world().look(
        "SELECT count(*)::int AS n FROM control.admin_audit_log WHERE action = 'audit.retain' AND outcome = 'refused' AND message LIKE '%legal hold%'",
      ),
    ).toEqual([{ n: 2 }]);
    await world().look("UPDATE control.accounts SET held_at = NULL, held_by = NULL, hold_reason = NULL WHERE id = $1", tenant.id);
    expect((await retain(world(), tenant)).length).toBeGreaterThan(0);
  });

  it("doesn't tidy up after a forger", async () => {
    const tenant = await old();
    await takeWhole(world(), tenant);
    const broken = { code: "CONFLICT", message: expect.stringContaining("isn't what was sealed") };
    const [{ id } = { id: "" }] = await world().look<{ id: string }>(
      "SELECT id FROM tenant.audit_log WHERE account_id = $1 ORDER BY id OFFSET 3 LIMIT 1",
      tenant.id,
    );
    await asForger(world(), `DELETE FROM tenant.audit_log WHERE id = '${id}'`);
    await expect(retain(world(), tenant)).rejects.toMatchObject(broken);
    const other = await old();
    await takeWhole(world(), other);
    await asForger(
      world(),
      `UPDATE tenant.audit_log SET content_hash = sha256('x') WHERE account_id = '${other.id}' AND id = (SELECT min(id::text)::uuid FROM tenant.audit_log WHERE account_id = '${other.id}')`,
    );
    await expect(retain(world(), other)).rejects.toMatchObject(broken);
  });

  it("is signed by the key that sealed, and by none but it", async () => {
    const tenant = await old();
    await takeWhole(world(), tenant);
    const stranger = parseSigningKey(key().id, makeSigningKey());
    const input = { accountId: tenant.id, slug: tenant.slug, olderThanSeconds: YEAR, dryRun: false };
    const strange = { ...world().control, signingKey: stranger, trustedKeys: [publicKeyOf(stranger)] };
    await expect(retainLog(strange, input)).rejects.toMatchObject({ code: "VIOLATIONS" });
    await expect(retainLog({ ...world().control, signingKey: undefined }, input)).rejects.toMatchObject({
      code: "NOT_CONFIGURED",
    });
    const before = await rowsOf(tenant);
    // One that was opened and not signed removes nothing.
    await world().control.client.$queryRaw`SELECT control.open_retention(${tenant.id}::uuid, '400 days')`;
    await expect(
      world().control.client.$queryRaw`SELECT FROM control.close_retention(${tenant.id}::uuid, ${key().id}, 'x')`,
    ).rejects.toThrow(/has been opened/);
    expect(await rowsOf(tenant)).toBe(before);
  });

  it("is no other way to delete from a log", async () => {
    const tenant = await old();
    await takeWhole(world(), tenant);
    const client = await world().owner.connect();
    try {
      for (const table of ["tenant.audit_checkpoints", "tenant.audit_retentions"]) {
        await client.query("BEGIN");
        await client.query("INSERT INTO guard.purges (account_id, retaining) VALUES ($1, true)", [tenant.id]);
        await client.query("SELECT guard.enter($1, 'x')", [tenant.id]);
        await expect(client.query(`DELETE FROM ${table}`), table).rejects.toMatchObject({ code: "42501" });
        await client.query("ROLLBACK");
      }
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
    await withLog(world(), tenant, async (log) => expect(await log.retentions()).toEqual([]));
  });
});
