import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Line } from "../bench/control-plane/line.js";
import type { Report } from "../bench/tenant-db/report.js";
import { type Trial, tryOperation } from "../bench/tenant-db/trial.js";
import { urlOf } from "../support/server-template.js";
import { World } from "../support/world.js";

/** That the bench works, and refuses to measure what doesn't. How fast anything is, no test says. */

const root = fileURLToPath(new URL("../..", import.meta.url));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "test/bench/main.ts", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("measures azora beside stock Prisma and prints ratios", () => {
  const contenders = ["stock", "tuned", "azora", "azora-new", "azora-off", "rls-extension", "pg"];
  const only = ["--only", "findMany", "--callers", "1", "--latency", "0", "--contender", contenders.join(",")];
  const { stdout, stderr, status } = bench("tenant-db", "--quick", ...only, "--json");
  expect(status, stderr).toBe(0);
  const { cells, goals } = JSON.parse(stdout) as Report;
  expect(cells?.[0]?.results.map(({ contender }) => contender)).toEqual(contenders);
  for (const { medians } of cells?.[0]?.results ?? []) {
    expect(medians).toHaveLength(3);
    expect(Math.min(...medians)).toBeGreaterThan(0);
  }
  expect(goals.map(({ text }) => text)).toContain("findMany, loopback: azora / stock");
});

it("measures tenant:apply beside INSERTs by hand of the same rows, as many by each", () => {
  const { stdout, stderr, status } = bench("control-plane", "apply", "--tenants", "20", "--rounds", "1", "--json");
  expect(status, stderr).toBe(0);
  const lines = JSON.parse(stdout) as readonly Line[];
  expect(lines.map(({ goal, unit }) => ({ goal, unit }))).toEqual([
    { goal: 3, unit: "times" },
    { goal: 5, unit: "s" },
  ]);
  for (const { value } of lines) expect(value).toBeGreaterThan(0);
});

// Its comparison needs pg_dump and pg_restore, which are not in the package that brings the tests' server.
it.skipIf(!existsSync("/usr/lib/postgresql/15/bin/pg_restore"))(
  "measures tenant:export and tenant:import beside pg_dump and pg_restore",
  () => {
    const { stdout, stderr, status } = bench("tenant-export", "--rows", "2000", "--rounds", "1", "--json");
    expect(status, stderr).toBe(0);
    const [round] = JSON.parse(stdout) as readonly Record<string, { readonly seconds: number }>[];
    for (const name of ["export", "import", "dump", "restore"]) expect(round?.[name]?.seconds, name).toBeGreaterThan(0);
  },
);

it("lists the benches without a name, and for one that there isn't", () => {
  expect(bench()).toMatchObject({ status: 0, stdout: expect.stringContaining("npm run bench -- tenant-db") });
  expect(bench("tenant-bd")).toMatchObject({ status: 2, stdout: expect.stringContaining("npm run bench -- tenant-db") });
});

describe("a contender is not measured", () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open("server");
  });
  afterAll(() => world?.close());

  /** Tries an operation of a library that answers as given and leaves the database as it was. */
  function tryAnswer(operation: Trial["operation"], answer: Awaited<ReturnType<Trial["runner"]["trial"]>>): Promise<void> {
    const ownerUrl = urlOf(world.prepared.serverUrl, world.place);
    const runner = { trial: async () => answer };
    return tryOperation({ contender: "azora", operation, runner, ownerUrl, accountId: world.a.id });
  }

  it("when it fails", async () => {
    const trial = tryAnswer("create", { rows: 0, foreign: 0, error: "no such table" });
    await expect(trial).rejects.toThrow("failed (no such table)");
  });

  it("when a create makes nothing", async () => {
    await expect(tryAnswer("create", { rows: 1, foreign: 0 })).rejects.toThrow("made 0 documents and 0 revisions, not 1 and 0");
  });

  it("when it returns too little, or another account's rows", async () => {
    await expect(tryAnswer("findMany", { rows: 19, foreign: 0 })).rejects.toThrow("returned 19 rows");
    await expect(tryAnswer("findMany", { rows: 20, foreign: 1 })).rejects.toThrow("1 of other accounts");
  });

  it("when what it promises to log is not in the log", async () => {
    await expect(tryAnswer("findMany", { rows: 20, foreign: 0 })).rejects.toThrow("left 0 lines in the audit log");
  });
});
