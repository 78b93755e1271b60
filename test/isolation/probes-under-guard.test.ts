import { beforeAll, describe, expect, it } from "vitest";
import { applyGuard } from "../../src/installation/guard/apply.js";
import { AZORA, type Target } from "../../src/isolation/target.js";
import { faults, probe } from "../support/probing.js";
import { CRM, load, type Sample, WEBSHOP } from "../support/samples/samples.js";
import { describeOnBothEngines } from "../support/world.js";

/** As `isolation:verify` would be told of a sample. */
function targetOf({ tables, shared }: Sample): Target {
  return {
    ...AZORA,
    schemas: ["tenant", ...new Set(Object.keys(tables).map((name) => name.split(".")[0] ?? ""))],
    accountColumns: tables,
    exemptions: [
      { object: `table ${shared.replace(/^public\./, "")}`, reason: "the same for everybody" },
      { object: `table ${shared}`, reason: "the same for everybody" },
    ],
  };
}

describeOnBothEngines("probes of schemas that weren't written for azora", (world) => {
  describe.each([WEBSHOP, CRM])("$name, under guard", (sample) => {
    beforeAll(async () => {
      await load(world(), sample);
      await applyGuard(world().owner, sample.input, { dryRun: false });
    });

    it("hold", async () => {
      const { probes, unclear } = await probe(world(), targetOf(sample));
      expect({ faults: faults(probes), unclear }).toEqual({ faults: [], unclear: [] });
      const tried = probes.find(({ id }) => id === "read-other-tenant")?.attempts.map(({ object }) => object);
      expect(tried?.length).toBeGreaterThanOrEqual(Object.keys(sample.tables).length + 11);
    });
  });
});
