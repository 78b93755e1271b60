import { expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { runSelfTest } from "../../src/isolation/self-test/run-self-test.js";
import { AZORA } from "../../src/isolation/target.js";
import { describeOnBothEngines } from "../support/world.js";

describeOnBothEngines("the self-test on azora's own schema", (world) => {
  it("sees every breakage", async () => {
    const client = await world().owner.connect();
    try {
      const start = performance.now();
      const results = await runSelfTest({ client, catalog: await readCatalog(client), target: AZORA });
      console.log(Math.round(performance.now() - start), "ms", results.length);
      console.log(
        results
          .filter((r) => !r.seen)
          .map(
            (r) =>
              `${r.name}\n   expected ${r.expected.filter((e) => !r.red.includes(e))}\n   red ${r.red}\n ${/-- .*/.exec(r.statement)?.[0] ?? ""}`,
          )
          .join("\n"),
      );
      expect(results.filter(({ seen }) => !seen)).toEqual([]);
    } finally {
      client.release();
    }
  });
});
