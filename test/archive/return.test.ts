import { expect, it } from "vitest";
import { checkChain, publishedKeys } from "../../src/control-plane/check-chain.js";
import { purgeTenant } from "../../src/control-plane/purge-tenant.js";
import { findReceipt } from "../../src/control-plane/read-receipts.js";
import { describeOnBothEngines } from "../support/world.js";
import { exportTo, importFrom, rowsOf, scratch } from "./support.js";

describeOnBothEngines("a tenant that goes, comes back, and goes again", (world) => {
  it("has a receipt for each time, and one that is missing is found", async () => {
    const folder = await scratch();
    const { a, control } = world();
    const purge = () => purgeTenant(control, { tenant: a.slug, reason: "left", now: true });
    const archive = await exportTo(world(), a, folder.at("alpha.tar"));
    const before = await rowsOf(world(), a.id);
    const first = await purge();
    expect(JSON.parse(first.receipt.payload)).toMatchObject({ export: { manifest: archive.manifest } });
    expect(await importFrom(world(), archive.file)).toMatchObject({ imported: true });
    expect(await rowsOf(world(), a.id)).toEqual(before);
    const second = await purge();
    expect(second).toMatchObject({ purged: true, receipt: { sequence: first.receipt.sequence + 1 } });
    expect((await findReceipt(control, a.id)).sequence).toBe(second.receipt.sequence);

    const problems = async () => (await checkChain(control, { keys: await publishedKeys(control), others: [] })).problems;
    expect(await problems()).toEqual([]);
    await world().look("ALTER TABLE control.purge_receipts DISABLE TRIGGER append_only");
    await world().look("DELETE FROM control.purge_receipts WHERE sequence = $1", second.receipt.sequence);
    await world().look("ALTER TABLE control.purge_receipts ENABLE ALWAYS TRIGGER append_only");
    expect(await problems()).toMatchObject([{ what: expect.stringContaining("its receipt is missing") }]);
    await folder.remove();
  });
});
