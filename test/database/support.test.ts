import { expect, it } from "vitest";
import { readGranted } from "../../src/control-plane/support.js";
import { grantSupport } from "../../src/tenant-plane/support.js";
import { ownerOf } from "../support/people.js";
import { OPERATORS } from "../support/prepare.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("x", (world) => {
  it("works", async () => {
    const w = world();
    const owner = await ownerOf(w, w.a);
    const tenant = { engine: w.engine, contextKey: w.contextKey, context: { accountId: w.a.id, actor: owner.actor } };
    const g = await grantSupport(tenant, {
      operator: OPERATORS["vendor-admin"],
      hours: 4,
      tables: [],
      reason: "x",
      dryRun: false,
    });
    console.log(g);
    for (const table of ["documents", "audit_log", "test_results", "role_permissions"]) {
      const r = await readGranted(w.control, { tenant: w.a.slug, table, where: {}, limit: 2 });
      console.log(JSON.stringify(r));
      const n = await readGranted(w.control, { tenant: w.a.slug, table, where: {}, limit: 2, after: r.rows[0]?.key ?? "" });
      expect(n.rows[0]?.key).toBe(r.rows[1]?.key);
    }
  });
});
