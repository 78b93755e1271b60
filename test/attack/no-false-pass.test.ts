import fc from "fast-check";
import type { PoolClient } from "pg";
import { beforeAll, expect, it } from "vitest";
import { readCatalog } from "../../src/isolation/catalog/read-catalog.js";
import type { Exemption } from "../../src/isolation/finding.js";
import { openStagedScene } from "../../src/isolation/probes/run-probes.js";
import { LIMITS, Session } from "../../src/isolation/probes/stage/session.js";
import { chooseGround } from "../../src/isolation/self-test/breakage.js";
import { BREAKAGES } from "../../src/isolation/self-test/index.js";
import { AZORA } from "../../src/isolation/target.js";
import { verify } from "../../src/isolation/verify.js";
import { asOwner } from "../support/probing.js";
import { describeOnBothEngines, type World } from "../support/world.js";

/** Whatever is broken, alone or with something else, whatever is exempted beside it: the verdict is never clean. */

const SEED = Number(process.env.AZORA_ATTACK_SEED ?? "20260801");

interface Planted {
  readonly name: string;
  readonly statements: readonly string[];
  /** Rules and probes that must notice. */
  readonly expected: readonly string[];
}

interface Ground {
  readonly table: string;
  readonly breakages: readonly Planted[];
}

/** The self-test's breakages as statements; those for synthetic rows that are made anew each time left out. */
async function breakagesOf(world: World): Promise<Ground> {
  return asOwner(world, async (client) => {
    const catalog = await readCatalog(client);
    return Session.within(client, LIMITS, async (session) => {
      const scene = await openStagedScene(session, { catalog, target: AZORA }, []);
      const ground = scene && (await chooseGround(scene));
      if (!ground) throw new Error("There is nothing to break.");
      const breakages = BREAKAGES.flatMap((kind) => {
        const statements = kind.breakWith(ground) ?? [];
        const isOwn = statements.join().includes(ground.scene.a.id);
        return statements.length === 0 || isOwn
          ? []
          : [{ name: kind.name, statements, expected: [...kind.rules, ...kind.probes] }];
      });
      return { table: ground.table.name, breakages };
    });
  });
}

/** A connection inside a transaction on which whole transactions can be played. */
function within(client: PoolClient): PoolClient {
  const query = (sql: string, ...rest: unknown[]) => {
    const text = sql === "ROLLBACK" ? "ROLLBACK TO SAVEPOINT played" : sql.replace(/^BEGIN[^;]*/, "SAVEPOINT played");
    return (client.query as (...args: unknown[]) => unknown).call(client, text, ...rest);
  };
  return new Proxy(client, {
    get: (target, name) => {
      if (name === "query") return query;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describeOnBothEngines("no false pass", (world, kind) => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await breakagesOf(world());
  });

  const judge = (planted: readonly Planted[], exemptions: readonly Exemption[]) =>
    asOwner(world(), async (client) => {
      await client.query("BEGIN");
      try {
        const there: Planted[] = [];
        for (const each of planted) {
          // The second may have lost what it breaks, or its name, to the first: then it is not there.
          const made = client.query(`SAVEPOINT planted; ${each.statements.join(";")}`).then(() => there.push(each));
          await made.catch(() => client.query("ROLLBACK TO SAVEPOINT planted"));
        }
        const target = { ...AZORA, exemptions };
        const input = { target, azora: "0", baseline: [], probes: true, selfTest: false, source: null };
        return { there, ...(await verify({ client: within(client), ...input })) };
      } finally {
        await client.query("ROLLBACK");
      }
    });

  it("is clean with nothing broken", async () => {
    expect(await judge([], [])).toMatchObject({ verdict: "clean", findings: [], unclear: [] });
  });

  it("is clean when every one of a breakage's detectors is exempted, so an exemption does count here", async () => {
    const [forced] = ground.breakages.filter(({ name }) => name === "row security not forced");
    const exemptions = (forced?.expected ?? []).map((rule) => ({ object: "*", rule, reason: "tried" }));
    expect(await judge(forced ? [forced] : [], exemptions)).toMatchObject({
      verdict: "clean",
      accepted: [{ rule: "row-security" }],
    });
  });

  it("stays away from whatever is broken, whatever else is exempted", async () => {
    const pairs = fc.uniqueArray(fc.constantFrom(...ground.breakages), {
      minLength: 1,
      maxLength: 2,
      selector: ({ name }) => name,
    });
    const cases = pairs.chain((planted) => {
      const detectors = [...new Set(planted.flatMap(({ expected }) => expected))];
      // One detector of one breakage is left at least: that one has to speak up.
      const exempted = fc.subarray(detectors, { maxLength: detectors.length - 1 });
      return fc.record({ planted: fc.constant(planted), exempted, wholeTable: fc.boolean() });
    });
    const property = fc.asyncProperty(cases, async ({ planted, exempted, wholeTable }) => {
      const exemptions: Exemption[] = exempted.map((rule) => ({ object: "*", rule, reason: "tried" }));
      if (wholeTable) exemptions.push({ object: `table ${ground.table}`, reason: "said to be nobody's" });
      const { verdict, there } = await judge(planted, exemptions);
      fc.pre(there.some(({ expected }) => expected.some((id) => !exempted.includes(id))));
      const what = `${planted.map(({ name }) => name).join(" and ")} without ${exempted.join(", ")}${wholeTable ? ", the table exempted" : ""}`;
      expect(verdict, what).not.toBe("clean");
    });
    await fc.assert(property, { seed: SEED, numRuns: kind === "server" ? 15 : 5 });
  }, 300_000);
});
