import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyGuard } from "../../src/installation/guard/apply.js";
import type { Exemption } from "../../src/isolation/finding.js";
import { find, shown } from "../attack/faults/plant.js";
import { CRM, load, WEBSHOP } from "../support/samples/samples.js";
import { World } from "../support/world.js";

/** Applications' schemas that were brought under guard. In an engine of their own: other tests make roles on the shared server. */

describe.each([
  ["webshop", WEBSHOP],
  ["crm", CRM],
] as const)("%s under guard", (_, sample) => {
  let world: World;
  beforeAll(async () => {
    world = await World.open("embedded");
    await load(world, sample);
  });
  afterAll(() => world?.close());

  async function findings(exemptions: readonly Exemption[]) {
    const client = await world.owner.connect();
    try {
      return await find(client, exemptions);
    } finally {
      client.release();
    }
  }

  it("is clean once its reference table and its running numbers are accounted for", async () => {
    await applyGuard(world.owner, sample.input, { dryRun: false });
    expect(shown(await findings([]))).toContainEqual(expect.stringContaining(`outside-table: table ${sample.shared}`));
    const found = await findings([
      { object: `table ${sample.shared}`, reason: Object.values(sample.input.exclude).join() },
      { object: "sequence *", rule: "sequence-shared", reason: "numbers are no secret here" },
    ]);
    expect(shown(found)).toEqual([]);
  });
});
