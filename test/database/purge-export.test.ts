import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { previewPurge } from "../../src/control-plane/preview-purge.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { schedulePurge } from "../../src/control-plane/schedule-purge.js";
import { suspendTenant } from "../../src/control-plane/suspend-tenant.js";
import { parseSigningKey } from "../../src/signing.js";
import { signContext } from "../../src/tenant-plane/context.js";
import { exportTenant } from "../../src/tenant-plane/export/export-tenant.js";
import { onTenantLogin } from "../support/bare-connection.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

describeOnBothEngines("a purge that waits for an export", (world, kind) => {
  const require = () =>
    world().look(
      `INSERT INTO control.settings (key, value) VALUES ('purge.require_export', '"yes"') ON CONFLICT (key) DO UPDATE SET value = '"yes"'`,
    );
  const purge = ({ slug }: TestTenant) => purgeTenant(world().control, { tenant: slug, reason: "left", now: true });
  const needs = (text: string) => ({
    code: "ILLEGAL_STEP",
    message: expect.stringContaining(text),
    hint: expect.stringContaining("tenant:export"),
  });

  async function take({ id }: TestTenant): Promise<string> {
    const { id: keyId, privateKey } = world().prepared.signingKey;
    const write = (chunks: AsyncIterable<Buffer>) => pipeline(chunks, createWriteStream("/dev/null"));
    return (
      await exportTenant(world(), { accountId: id, actor: "operator:x" }, { key: parseSigningKey(keyId, privateKey), write })
    ).manifest;
  }

  it("begins without one, unless the setting says otherwise; then nobody's is purged before it, nor by hand", async () => {
    const [free, kept] = [await world().newTenant(), await world().newTenant()];
    expect((await purge(free)).purged).toBe(true);
    await require();
    await expect(purge(kept)).rejects.toMatchObject(needs("there is none"));
    expect((await previewPurge(world().control, { tenant: kept.slug, now: true })).refusal).toMatchObject({
      code: "ILLEGAL_STEP",
      hint: expect.stringContaining("tenant:export"),
    });
    await suspendTenant(world().control, { tenant: kept.slug, reason: "x", readOnly: false, dryRun: false });
    await schedulePurge(world().control, { tenant: kept.slug, reason: null, afterSeconds: 0, dryRun: false });
    await expect(purge(kept)).rejects.toMatchObject(needs("there is none"));
    await expect(world().look("UPDATE control.accounts SET status = 'purging' WHERE id = $1", kept.id)).rejects.toMatchObject({
      code: "AZ007",
    });
    expect(await world().look("SELECT status FROM control.accounts WHERE id = $1", kept.id)).toEqual([
      { status: "purge_scheduled" },
    ]);
  });

  it("begins after one that has seen the last change; reading and suspending are none; the receipt names it", async () => {
    await require();
    const tenant = await world().newTenant();
    await take(tenant);
    await world()
      .db(tenant)
      .document.create({ data: { number: "D-1", title: "late" } });
    await expect(purge(tenant)).rejects.toMatchObject(needs("was changed since"));
    const manifest = await take(tenant);
    await world().db(tenant).document.findMany();
    await suspendTenant(world().control, { tenant: tenant.slug, reason: "leaving", readOnly: true, dryRun: false });
    const { receipt } = await purge(tenant);
    expect(JSON.parse(receipt.payload)).toMatchObject({ export: { manifest, finishedAt: expect.stringMatching(/^2/) } });
    expect(await world().look("SELECT FROM guard.exports WHERE account_id = $1", tenant.id)).toEqual([]);
  });

  // The embedded engine has one session: nobody writes while an export reads.
  it.skipIf(kind === "embedded")("sees a change that was under way while the export read", async () => {
    await require();
    const tenant = await world().newTenant();
    const token = signContext(world().contextKey, { accountId: tenant.id, actor: "slow" }, Date.now() / 1000 + 60);
    await onTenantLogin(world(), async (client) => {
      await client.query(world().engine.setContext, [token]);
      await client.query("INSERT INTO tenant.documents (number, title) VALUES ('SLOW', 'begun before, committed after')");
      await take(tenant);
    });
    await expect(purge(tenant)).rejects.toMatchObject(needs("was changed since"));
  });

  it("isn't talked into it: no export of a moment to come, of nobody, or of another", async () => {
    const [one, other] = [await world().newTenant(), await world().newTenant()];
    const call = "SELECT guard.finish_export($1, $2, 0)";
    const manifest = createHash("sha256").update("none").digest("hex");
    await expect(onTenantLogin(world(), (client) => client.query(call, [manifest, "1:1:"]))).rejects.toMatchObject({
      code: "42501",
    });
    const inside = async (snapshot: string) => {
      const token = signContext(world().contextKey, { accountId: one.id, actor: "x" }, Date.now() / 1000 + 60);
      await onTenantLogin(world(), async (client) => {
        await client.query(world().engine.setContext, [token]);
        await client.query(call, [manifest, snapshot]);
      });
    };
    await expect(inside("900000000:900000000:")).rejects.toMatchObject({ code: "AZ013" });
    await inside("1:1:");
    await require();
    // What it hasn't seen it hasn't taken home; and of the neighbour it says nothing.
    await expect(purge(one)).rejects.toMatchObject(needs("was changed since"));
    await expect(purge(other)).rejects.toMatchObject(needs("there is none"));
    await expect(
      world()
        .engine.pool("control")
        .then((pool) => pool.query("SELECT FROM guard.exports")),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("would be seen to begin, if it weren't asked", async () => {
    await require();
    const tenant = await world().newTenant();
    await world().look("ALTER TABLE control.accounts DISABLE TRIGGER account_step");
    expect((await purge(tenant)).purged).toBe(true);
    await world().look("ALTER TABLE control.accounts ENABLE ALWAYS TRIGGER account_step");
  });
});
