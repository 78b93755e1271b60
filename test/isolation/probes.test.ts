import { expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import type { Attempt } from "../../src/isolation/probe.js";
import { runProbes } from "../../src/isolation/probes/run-probes.js";
import { AZORA } from "../../src/isolation/target.js";
import { describeOnBothEngines, type World } from "../support/world.js";

async function probe(world: World) {
  const client = await world.owner.connect();
  try {
    return await runProbes({ client, catalog: await readCatalog(client), target: AZORA });
  } finally {
    client.release();
  }
}

describeOnBothEngines("probes of azora's own schema", (world) => {
  it("all hold", async () => {
    const start = performance.now();
    const { probes, unclear, identities } = await probe(world());
    console.log(
      Math.round(performance.now() - start),
      "ms",
      probes.flatMap((p) => p.attempts).length,
      identities.map((i) => `${i.role} ${i.by}`).join(),
    );
    const bad = probes.flatMap(({ id, attempts }) =>
      attempts
        .filter((a: Attempt) => a.outcome !== "held")
        .map((a) => `${id} ${a.role} ${a.object} ${a.outcome} ${a.note} | ${a.statement} => ${a.answer}`),
    );
    console.log([...new Set(bad)].slice(0, 60).join("\n"), bad.length);
    expect(unclear).toEqual([]);
    expect(bad).toEqual([]);
  });
});
