import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.js";
import { CAMPAIGN_MS, campaign, SEED, share } from "./campaign.js";
import { BROKEN, definition, drop, make, SPOILED, statementsOn, type Table, tables } from "./tables.js";

/** How many programs each set of tables gets. */
const RUNS = 6;

describe("tables that nobody planned, under the guard (server)", () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open("server");
  });
  afterAll(() => arena?.close());

  const mixture = {
    tenants: 2,
    steps: 12,
    schedules: ["free", "lockstep"],
    weights: { read: 0, write: 1, sql: 0, hostile: 1 },
    kills: false,
  } as const;

  /** One set of tables and the programs on them, all from one seed. */
  const attack = async (seed: number, spoil?: (table: Table) => string) => {
    const [made = []] = fc.sample(tables(), { seed, numRuns: 1 });
    await make(arena.world, made);
    for (const table of spoil ? made : []) await arena.world.look(spoil?.(table) ?? "");
    const own = statementsOn(made);
    const found = await campaign({ arena, mixture: { ...mixture, own }, operations: 1, seed, runs: RUNS, shrink: !spoil });
    await arena.clear();
    await drop(arena.world, made);
    return { ...found, tables: made.flatMap(definition).join(";\n") };
  };

  it("give each tenant what it would get alone, and a true log", { timeout: CAMPAIGN_MS }, async () => {
    const due = share(0.15);
    for (let done = 0, seed = SEED; done < due; seed++) {
      const { failure, operations, tables: made } = await attack(seed);
      expect(failure && `${made}\n${failure}`).toBeUndefined();
      done += operations;
    }
  });

  for (const [name, spoil] of Object.entries(BROKEN)) {
    it(`would be caught, with ${name}`, { timeout: CAMPAIGN_MS }, async () => {
      let failure: string | undefined;
      for (let seed = SEED; !failure && seed < SEED + 25; seed++) ({ failure } = await attack(seed, spoil));
      expect(failure).toBeDefined();
    });
  }

  it("are refused when their shape would leak", async () => {
    for (const made of fc.sample(tables(), { seed: SEED, numRuns: 10 })) {
      const last = made.at(-1);
      if (!last) continue;
      for (const [name, spoil] of Object.entries(SPOILED)) {
        const before = made.flatMap(definition).slice(0, -1);
        const protect = definition(last).at(-1);
        // In one transaction that is undone, as the error of the last statement does.
        const script = [...before, spoil(last), protect].join(";\n");
        await expect(arena.world.owner.query(script), name).rejects.toMatchObject({ code: "AZ013" });
      }
    }
  });
});
