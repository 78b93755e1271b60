import { describe, expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import { PROBES } from "../../src/isolation/probes/index.js";
import { BREAKAGES } from "../../src/isolation/self-test/index.js";
import { runSelfTest, type SelfTestInput } from "../../src/isolation/self-test/run-self-test.js";
import { AZORA } from "../../src/isolation/target.js";
import type { Breakage } from "../../src/isolation/verification.js";
import { asOwner } from "../support/probing.js";
import { describeOnBothEngines, type World } from "../support/world.js";

function selfTest(world: World, more: Partial<SelfTestInput> = {}): Promise<readonly Breakage[]> {
  return asOwner(world, async (client) => runSelfTest({ client, catalog: await readCatalog(client), target: AZORA, ...more }));
}

describe("the list of breakages", () => {
  it("has one for every probe", () => {
    const named = new Set(BREAKAGES.flatMap(({ probes }) => probes));
    expect(PROBES.map(({ id }) => id).filter((id) => !named.has(id))).toEqual([]);
    expect([...named].filter((id) => !PROBES.some((probe) => probe.id === id))).toEqual([]);
  });
});

describeOnBothEngines("the self-test on azora's own schema", (world, kind) => {
  it("sees every breakage, and leaves none behind", async () => {
    const definition = () =>
      world().look(`SELECT (SELECT count(*) FROM pg_policy) AS policies, (SELECT count(*) FROM pg_class) AS relations,
        (SELECT md5(string_agg(prosrc, '' ORDER BY oid)) FROM pg_proc WHERE pronamespace = 'guard'::regnamespace) AS guard,
        (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'azora_runtime') AS mighty`);
    const before = await definition();
    const results = await selfTest(world());
    expect(results.filter(({ seen }) => !seen)).toEqual([]);
    expect(results).toHaveLength(BREAKAGES.length);
    expect(await definition()).toEqual(before);
  });

  it("says so when a breakage can't be made", async () => {
    const impossible = {
      name: "impossible",
      rules: [],
      probes: [],
      breakWith: () => ["ALTER TABLE nowhere.at_all DISABLE ROW LEVEL SECURITY"],
    };
    const [result] = await selfTest(world(), { breakages: [impossible] });
    expect(result).toMatchObject({ seen: false, red: [] });
    expect(result?.statement).toContain("3F000");
  });

  // Which probe answers for what is the same on both engines, and the embedded one takes its time.
  it.each(kind === "server" ? PROBES.map(({ id }) => id) : [])("fails without the probe %s", async (id) => {
    const breakages = BREAKAGES.filter(({ probes }) => probes.includes(id));
    const results = await selfTest(world(), { breakages, probes: PROBES.filter((probe) => probe.id !== id) });
    expect(results.map(({ seen }) => seen)).toEqual(breakages.map(() => false));
  });
});
