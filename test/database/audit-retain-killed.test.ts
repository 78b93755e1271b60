import { beforeAll, expect, it } from "vitest";
import type { SigningKey } from "../../src/signing.js";
import { ended, startDoomed } from "../support/killed-purge.js";
import { age, retain, sealSmall, takeWhole } from "../support/retained.js";
import { verify } from "../support/sealed.js";
import { describeOnBothEngines, type TestTenant } from "../support/world.js";

/** Where the process is killed, and which checkpoints' rows have gone by then. */
const POINTS = [
  { at: "when all is checked and nothing signed", statement: "open_retention", moment: "after", through: [] },
  { at: "when a batch is deleted and not committed", statement: "close_retention", moment: "after", through: [] },
  { at: "as it is about to commit", statement: "COMMIT", moment: "before", through: [] },
  { at: "right after the first commit", statement: "COMMIT", moment: "after", through: [256] },
] as const;

describeOnBothEngines("a retention that is killed", (world) => {
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await world().newTenant();
    await sealSmall(world(), tenant, 258);
    await age(world(), tenant, { key: world().control.signingKey as SigningKey });
    await takeWhole(world(), tenant);
  }, 300_000);

  const records = () =>
    world().look<{ through: number }>(
      "SELECT through::int FROM tenant.audit_retentions WHERE account_id = $1 ORDER BY sequence",
      tenant.id,
    );
  const underWay = () => world().look("SELECT 1 FROM guard.purges UNION ALL SELECT 1 FROM guard.retentions");

  it.each(POINTS)("$at leaves each batch whole or gone with its record", async ({ statement, moment, through }) => {
    await world().pause();
    const { signal, output } = await ended(startDoomed(world(), { work: "retain", slug: tenant.slug, statement, moment }));
    expect({ signal, output }).toEqual({ signal: "SIGKILL", output: "ready\n" });
    await world().as("vendor-admin");
    expect((await records()).map((each) => each.through)).toEqual(through);
    expect(await underWay()).toEqual([]);
    expect(await verify(world(), tenant)).toMatchObject({ problems: [], untold: 0 });
  });

  it("goes on where it ended", async () => {
    expect(await retain(world(), tenant)).toMatchObject([{ sequence: 2, firstCheckpoint: 257, lastCheckpoint: 258 }]);
    expect((await records()).map((each) => each.through)).toEqual([256, 258]);
    expect(await verify(world(), tenant)).toMatchObject({
      problems: [],
      removed: (await records()).length > 0 ? expect.any(Number) : 0,
    });
    expect(await retain(world(), tenant)).toEqual([]);
  });
});
