import { afterAll, beforeAll, expect, it } from "vitest";
import { type Azora, initialised } from "./azora.js";

let azora: Azora;
beforeAll(async () => {
  azora = await initialised();
  await azora.run(["tenant:create", "Acme", "--slug", "acme", "--owner-email", "o@acme.test"]);
});
afterAll(() => azora.remove());

it("counts a tenant's log by actor, action, table and day: the counts of each add up to the whole", async () => {
  const { exit, document } = await azora.json(["audit:stats", "--tenant", "acme"]);
  expect(exit).toBe(0);
  const { total, by, days } = document.result;
  expect(total).toBeGreaterThan(10);
  for (const { names, top } of Object.values<{ names: number; top: { count: number }[] }>(by)) {
    expect(top).toHaveLength(names);
    expect(top.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(top.map(({ count }) => count)).toEqual(top.map(({ count }) => count).sort((one, other) => other - one));
  }
  expect(Object.keys(by)).toEqual(["actor", "action", "table"]);
  expect(days).toMatchObject([{ name: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), count: total }]);
});

it("is what the export has, counted by hand", async () => {
  const flags = ["--control-plane", "--action", "settings.insert"];
  const { stdout } = await azora.run(["audit:export", ...flags]);
  const { document } = await azora.json(["audit:stats", ...flags]);
  expect(document.result.total).toBe(stdout.trim().split("\n").length);
  expect(Object.keys(document.result.by)).toEqual(["operator", "action", "outcome", "tenant"]);
});

it("tells the most frequent and how many there are, of nothing too", async () => {
  const { document } = await azora.json(["audit:stats", "--tenant", "acme", "--top", "1"]);
  expect(document.result.by.table.top).toHaveLength(1);
  expect(document.result.by.table.names).toBeGreaterThan(2);
  const none = await azora.json(["audit:stats", "--tenant", "acme", "--actor", "nobody"]);
  expect(none.document.result).toMatchObject({ total: 0, days: [] });
});

it("is a table in a pipe", async () => {
  const { stdout } = await azora.run(["audit:stats", "--tenant", "acme"]);
  const [titles, ...rows] = stdout.trimEnd().split("\n");
  expect(titles).toBe("BY\tNAME\tENTRIES");
  for (const row of rows) expect(row).toMatch(/^(actor|action|table|day)\t[^\t]+\t\d+$/);
});
