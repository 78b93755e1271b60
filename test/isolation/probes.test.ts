import { expect, it } from "vitest";
import { PROBES } from "../../src/isolation/probes/index.js";
import { AZORA } from "../../src/isolation/target.js";
import { faults, probe } from "../support/probing.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("probes of azora's own schema", (world) => {
  it("hold, every one of them, and each has something to try", async () => {
    const logins = { runtime: await world().engine.pool("tenant"), control: await world().engine.pool("control") };
    const { probes, unclear, identities } = await probe(world(), AZORA, { logins });
    expect(faults(probes)).toEqual([]);
    expect(unclear).toEqual([]);
    // No view, no sequence and no partition is there to be tried.
    const idle = ["view-of-other-tenant", "sequence-state", "partition-of-other-tenant"];
    expect(probes.map(({ id }) => id).sort()).toEqual(
      ["own-connection", ...PROBES.map(({ id }) => id).filter((id) => !idle.includes(id))].sort(),
    );
    expect(new Set(identities.map(({ by }) => by))).toEqual(new Set(["session authorization"]));
    expect(identities.map(({ role }) => role)).toEqual(
      expect.arrayContaining(["azora_runtime", "azora_support", "azora_test_admin"]),
    );
  });

  it("touch every tenant table", async () => {
    const tables = (await world().look<{ name: string }>("SELECT table_id::text AS name FROM guard.protected_tables")).map(
      ({ name }) => `table ${name}`,
    );
    const { probes } = await probe(world(), AZORA);
    for (const id of ["read-other-tenant", "insert-into-other-tenant", "truncate", "no-context", "control-plane-select"]) {
      const tried = probes.find((each) => each.id === id)?.attempts.map(({ object }) => object);
      expect(new Set(tried)).toEqual(new Set(tables));
    }
  });

  it("leave nothing behind", async () => {
    const counts = () =>
      world().look(`SELECT (SELECT count(*) FROM control.accounts) AS accounts, (SELECT count(*) FROM tenant.audit_log) AS lines,
        (SELECT count(*) FROM guard.context_keys) AS keys, (SELECT count(*) FROM control.purge_receipts) AS receipts,
        (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'probe%') AS prepared`);
    const before = await counts();
    await probe(world(), AZORA);
    expect(await counts()).toEqual(before);
  });

  it("see a schema whose login owns more than it should", async () => {
    await world().owner.query("ALTER POLICY tenant_isolation ON tenant.batches USING (true)");
    const { probes } = await probe(world(), AZORA);
    await world().owner.query(
      "ALTER POLICY tenant_isolation ON tenant.batches USING (account_id = (SELECT guard.current_account()))",
    );
    const reached = probes.filter(({ attempts }) => attempts.some(({ outcome }) => outcome === "broken"));
    expect(reached.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["read-other-tenant", "no-context", "update-other-tenant"]),
    );
    expect(
      new Set(reached.flatMap(({ attempts }) => attempts.filter(({ outcome }) => outcome === "broken").map((a) => a.object))),
    ).toEqual(new Set(["table tenant.batches"]));
  });
});
