import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { publicKeyOf, verifyText } from "../../src/signing.js";
import { accountTables, countRows, fingerprint, tablesHolding } from "../support/fingerprint.js";
import { OPERATORS } from "../support/prepare.js";
import { plant } from "../support/sample.js";
import { describeOnBothEngines, type TestTenant, type World } from "../support/world.js";

/** What survives a purge on purpose: the receipt, and the vendor's own log of what was done. */
const SURVIVORS = ["control.admin_audit_log", "control.purge_receipts"];

async function furnished(world: World): Promise<TestTenant & { text: string }> {
  const tenant = await world.newTenant();
  const text = `purge-${randomUUID()}`;
  for (let set = 0; set < 3; set++) await plant(world, tenant.id, text);
  await world.db(tenant).document.findMany({ include: { revisions: true } });
  return { ...tenant, text };
}

describeOnBothEngines("a purge", (world) => {
  const purge = (tenant: string) => purgeTenant(world().control, { tenant, reason: "contract ended", now: true });

  it("deletes every row, counts each, and leaves the neighbours byte for byte as they were", async () => {
    const { a, b } = world();
    const gone = await furnished(world());
    const before = await countRows(world(), gone.id);
    const neighbours = await Promise.all([a, b].map(({ id }) => fingerprint(world(), id, true)));
    expect(before["tenant.documents"]).toBe(6);
    expect(before["tenant.audit_log"]).toBeGreaterThan(20);

    const { purged, receipt } = await purge(gone.slug);

    expect(purged).toBe(true);
    expect(receipt.counts).toEqual(before);
    expect(receipt.total).toBe(Object.values(before).reduce((sum, rows) => sum + rows, 0));
    expect(await Promise.all([a, b].map(({ id }) => fingerprint(world(), id, true)))).toEqual(neighbours);
    for (const table of await accountTables(world())) {
      if (SURVIVORS.includes(table)) continue;
      expect(await world().look(`SELECT account_id FROM ${table} WHERE account_id = $1`, gone.id), table).toEqual([]);
    }
    expect(await world().look("SELECT id FROM control.accounts WHERE id = $1", gone.id)).toEqual([]);
    expect(await tablesHolding(world(), gone.text)).toEqual([]);
    expect(await tablesHolding(world(), gone.id)).toEqual(SURVIVORS);
  });

  it("refuses a client that was opened before", async () => {
    const gone = await furnished(world());
    const db = world().db(gone);
    expect(await db.document.count()).toBe(6);
    await purge(gone.id);
    await expect(db.document.count()).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
    await expect(db.$queryRaw`SELECT 1 FROM tenant.documents`).rejects.toThrow(/not exist/);
  });

  it("signs its receipt, and chains it to the one before", async () => {
    const [first, second] = [await furnished(world()), await furnished(world())];
    const one = (await purge(first.slug)).receipt;
    const two = (await purge(second.slug)).receipt;
    const key = world().control.signingKey;
    if (!key) throw new Error("The test's world has no signing key.");
    for (const { payload, signature, hash } of [one, two]) {
      expect(verifyText(payload, signature ?? "", publicKeyOf(key))).toBe(true);
      expect(verifyText(payload.replace(first.slug, "other"), signature ?? "", publicKeyOf(key))).toBe(
        !payload.includes(first.slug),
      );
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(two.sequence).toBe(one.sequence + 1);
    expect(two.previousHash).toBe(one.hash);
    expect(JSON.parse(two.payload)).toMatchObject({
      accountId: second.id,
      slug: second.slug,
      reason: "contract ended",
      operator: OPERATORS["vendor-admin"],
      counts: two.counts,
      total: two.total,
      previousHash: one.hash,
    });
    const [published] = await world().look<{ value: string }>(
      "SELECT value FROM control.settings WHERE key = 'signing_key.test'",
    );
    expect(verifyText(two.payload, two.signature ?? "", published?.value ?? "")).toBe(true);
  });

  it("doesn't happen without a signature", async () => {
    const kept = await furnished(world());
    const before = await fingerprint(world(), kept.id, true);
    const unsigned = { ...world().control, signingKey: undefined };
    await expect(purgeTenant(unsigned, { tenant: kept.slug, reason: null, now: true })).rejects.toMatchObject({
      code: "NOT_CONFIGURED",
    });
    const pool = await world().engine.pool("control");
    await expect(pool.query("SELECT FROM control.purge_account($1, 'by hand', true)", [kept.id])).rejects.toMatchObject({
      code: "AZ012",
    });
    expect(await fingerprint(world(), kept.id, true)).toEqual(before);
  });

  it("is previewed without touching anything: the counts are those of the real one", async () => {
    const kept = await furnished(world());
    const before = await fingerprint(world(), kept.id, true);
    const preview = await previewPurge(world().control, { tenant: kept.slug });
    expect(preview).toMatchObject({
      refusal: { code: "ILLEGAL_STEP" },
      missingIndexes: [],
      sweeps: true,
      approvals: { needed: 1, given: [] },
      subscription: { plan: "free", status: "active" },
      outsideStores: [{ name: "stripe", configured: false }],
    });
    expect(preview.estimate.seconds).toBeGreaterThan(0);
    expect((await previewPurge(world().control, { tenant: kept.slug, now: true })).refusal).toBeNull();
    expect(await fingerprint(world(), kept.id, true)).toEqual(before);
    const { receipt } = await purge(kept.slug);
    expect(receipt.counts).toEqual(preview.counts);
    expect(receipt.total).toBe(preview.total);
  });

  it("asked for again gives the receipt of the first time", async () => {
    const gone = await furnished(world());
    const { receipt } = await purge(gone.slug);
    for (const name of [gone.slug, gone.id]) expect(await purge(name)).toEqual({ purged: false, receipt });
    await expect(purge("never-there")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(purge(String(receipt.sequence))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("takes a suspended tenant without --now", async () => {
    const gone = await furnished(world());
    await world().look("SELECT control.suspend_account($1, 'unpaid', false)", gone.id);
    const before = await countRows(world(), gone.id);
    const { receipt } = await purgeTenant(world().control, { tenant: gone.slug, reason: null });
    expect(receipt.counts).toEqual(before);
  });

  it("by the database's administrator leaves a receipt that nobody signed", async () => {
    const gone = await furnished(world());
    const before = await countRows(world(), gone.id);
    await world().look("DELETE FROM control.accounts WHERE id = $1", gone.id);
    const [receipt] = await world().look(
      "SELECT counts, signature, operator FROM control.purge_receipts WHERE account_id = $1",
      gone.id,
    );
    expect(receipt).toMatchObject({ counts: before, signature: null });
  });

  it("stops when it would take a neighbour's rows along", async () => {
    // A foreign key of one column, as a careless migration might add it.
    const doomed = await furnished(world());
    const { a } = world();
    const [parent] = await world().look<{ id: string }>("SELECT id FROM tenant.batches WHERE account_id = $1", doomed.id);
    const [child] = await world().look<{ id: string }>("SELECT id FROM tenant.test_results WHERE account_id = $1", a.id);
    await world().look("ALTER TABLE tenant.batches ADD CONSTRAINT loose UNIQUE (id)");
    await world().look("ALTER TABLE tenant.test_results DROP CONSTRAINT test_results_account_id_batch_id_fkey");
    await world().look("UPDATE tenant.test_results SET batch_id = $1 WHERE id = $2", parent?.id, child?.id);
    await world().look(
      "ALTER TABLE tenant.test_results ADD CONSTRAINT stray FOREIGN KEY (batch_id) REFERENCES tenant.batches (id) ON DELETE CASCADE",
    );
    const before = await Promise.all([a.id, doomed.id].map((id) => fingerprint(world(), id, true)));
    await expect(purge(doomed.slug)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("another account"),
    });
    expect(await Promise.all([a.id, doomed.id].map((id) => fingerprint(world(), id, true)))).toEqual(before);
  });
});
